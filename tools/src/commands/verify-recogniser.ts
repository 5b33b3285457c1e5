import { command, numberBetween, pathList, wholeNumber } from '@id3/cli';
import { recogniserOptions } from './recogniser-options.ts';

export const verifyRecogniser = command({
  name: 'verify-recogniser',
  target: 'eval:verify-recogniser',
  summary: 'Verifies one recogniser on any number of benchmarks.',
  details:
    'Prints a table and puts every fold and curve in the database. To train and verify the recognisers of a config: id3 verify.',
  examples: [
    ['--benchmarks=datasets/lfw,datasets/cplfw', 'with face-api'],
    [
      '--benchmarks=datasets/lfw --recogniser=w600k_r50.onnx --input.channels=RGB',
      "with one of InsightFace's",
    ],
  ],
  options: {
    benchmarks: {
      path: true,
      demandOption: true,
      describe:
        'folders of datasets, separated by commas or given one by one; where one has no pairs, they are drawn from its people',
      coerce: pathList,
    },
    ...recogniserOptions,
    thresholds: {
      choices: ['exact', 'insightface'],
      default: 'exact',
      describe: 'insightface tries only 0, 0.01 … 3.99',
    },
    far: {
      default: 0.01,
      describe: 'false accept rate at which the true accept rate is given',
      coerce: numberBetween(0, 1),
    },
    out: { type: 'string', path: true, default: 'artefacts', describe: 'the folder of the database' },
    name: {
      type: 'string',
      describe: 'name of the run in the database',
      defaultDescription: "the recogniser's",
    },
    seed: { default: 1, describe: 'of the bootstrap and of drawn pairs', coerce: wholeNumber(0) },
  },
  async run(values) {
    const { verifyRecogniser } = await import('../verify-recogniser.ts');
    const { explainingDeviceErrors } = await import('@id3/engine');
    await explainingDeviceErrors(() => verifyRecogniser({ ...values, recogniser: values }));
  },
});
