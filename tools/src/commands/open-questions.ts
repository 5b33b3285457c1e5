import { command, numberBetween, wholeNumber } from '@id3/cli';
import { recogniserOptions } from './recogniser-options.ts';

export const openQuestions = command({
  name: 'open-questions',
  target: 'eval:open-questions',
  summary: 'Measures what the paper leaves open: leaks of training people, and the novelty of identities.',
  details:
    'Whether a generated dataset leaks training people is judged in the space of a third recogniser, against another real pool. With --f: whether ' +
    'identities hold the farther they lie from all training people. Real images are shown in the size and channels of the generated ones.',
  options: {
    generated: {
      type: 'string',
      path: true,
      demandOption: true,
      describe: 'the folder of the generated dataset',
    },
    training: {
      type: 'string',
      path: true,
      demandOption: true,
      describe: 'the folder of the dataset that the diffusion model was trained on',
    },
    'held-out': {
      type: 'string',
      path: true,
      demandOption: true,
      describe: 'a dataset of other real (or rendered) people; who was trained on is left out',
    },
    f: { type: 'string', path: true, describe: 'the checkpoint of f, for the second question' },
    threshold: {
      default: 0.95,
      describe: 'cosine from which the third recogniser takes two faces for one',
      coerce: numberBetween(-1, 1),
    },
    seed: { default: 1, describe: 'of the draws of real people', coerce: wholeNumber(0) },
    ...recogniserOptions,
  },
  async run({ 'held-out': heldOut, ...values }) {
    const { answerOpenQuestions } = await import('../open-questions.ts');
    const { explainingDeviceErrors } = await import('@id3/engine');
    await explainingDeviceErrors(() => answerOpenQuestions({ ...values, heldOut, recogniser: values }));
  },
});
