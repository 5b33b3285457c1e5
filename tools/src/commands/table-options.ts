import type { Options } from '@id3/cli';

/** Which table of a database is asked for. */
export const tableOptions = {
  database: {
    type: 'string',
    path: true,
    default: 'artefacts/tracking.sqlite',
    describe: 'the tracking database',
  },
  experiment: {
    type: 'string',
    describe: 'the experiment whose newest table is written',
    defaultDescription: 'the newest of all',
  },
  run: { type: 'string', describe: "the number of the experiment's run, instead" },
  baseline: {
    type: 'string',
    describe: 'the variant that others are compared with',
    defaultDescription: 'full',
  },
  benchmarks: { type: 'string', describe: 'only these, separated by commas' },
  seeds: { type: 'string', describe: 'only these, separated by commas' },
} as const satisfies Options;
