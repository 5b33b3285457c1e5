import { command } from '@id3/cli';
import { databaseOption } from './options.ts';

export const face = command({
  name: 'face',
  target: 'studio:face',
  summary: "Makes a face, or a row of eight, with a trained model: the picture of the dashboard's studio.",
  details:
    'Identities are new:SEED, or generate/KEY:NUMBER of a generated set. What is left out is as the model’s experiment samples. The same words give ' +
    'the same bytes as the page on the same machine.',
  examples: [
    [
      '--model=committed/quick-diffusion-full --from=new:7 --row=yaw --out=faces.png',
      'one person, eight poses',
    ],
  ],
  async options() {
    const { LIMITS, ROWS, SAMPLER_KINDS } = await import('@id3/studio-client/request');
    return {
      out: { type: 'string', path: true, default: 'face.png', describe: 'the PNG to write' },
      database: databaseOption,
      model: {
        type: 'string',
        demandOption: true,
        describe: 'committed/NAME, or train-diffusion/KEY of the artefacts',
      },
      from: { type: 'string', describe: 'the identity; new:1 if left out' },
      to: { type: 'string', describe: 'a second identity, for --t' },
      t: { type: 'string', describe: 'share of the arc to the second identity, 0 to 1' },
      c: { type: 'string', describe: 'cosine to the identity, -1 to 1; 1 is the identity itself' },
      direction: { type: 'string', describe: 'seed of the direction away from it' },
      age: { type: 'string', describe: 'years, 0 to 100' },
      yaw: { type: 'string', describe: 'degrees, -90 to 90' },
      w: { type: 'string', describe: `weight of the reversed likelihood score, 0 to ${LIMITS.w}` },
      freeY: { type: 'string', describe: `weight of guidance without y, 0 to ${LIMITS.free}` },
      freeS: { type: 'string', describe: `weight of guidance without age and yaw, 0 to ${LIMITS.free}` },
      kind: { choices: SAMPLER_KINDS, describe: 'the sampler' },
      steps: { type: 'string', describe: `its steps, 1 to ${LIMITS.steps}` },
      seed: { type: 'string', describe: 'of the start noise; 1 if left out' },
      row: { choices: ROWS, describe: 'makes a row of eight across this' },
    } as const;
  },
  async run({ out, database, ...words }) {
    const { makeFace } = await import('../make-face.ts');
    await makeFace(words, { out, database });
  },
});
