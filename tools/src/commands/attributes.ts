import { command } from '@id3/cli';

export const attributes = command({
  name: 'attributes',
  target: 'tools:attributes',
  summary: 'Predicts age, yaw and pitch of the faces of an aligned dataset and stores them with it.',
  details:
    'Predicted is what its records lack. Where they know the truth (rendered faces), it is kept, and the errors of the prediction are ' +
    'printed instead.',
  examples: [['--dataset=datasets/webface', 'what a diffusion model needs to be trained on it']],
  options: {
    dataset: {
      type: 'string',
      path: true,
      demandOption: true,
      describe: 'the folder of a dataset of aligned faces',
    },
  },
  async run({ dataset }) {
    const { predictAttributes } = await import('../attributes.ts');
    const { explainingDeviceErrors } = await import('@id3/engine');
    await explainingDeviceErrors(() => predictAttributes(dataset));
  },
});
