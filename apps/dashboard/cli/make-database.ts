import { command, wholeNumber } from '@id3/cli';

export const makeDatabase = command({
  name: 'dashboard-database',
  target: 'dashboard:make-database',
  summary: "Makes a tracking database of the size that the dashboard's responses are measured with.",
  options: {
    file: { type: 'string', path: true, demandOption: true, describe: 'where; must not exist' },
    runs: { default: 2000, describe: 'training runs', coerce: wholeNumber(1) },
    seeds: { default: 3, describe: "recognisers of each of the table's ten rows", coerce: wholeNumber(1) },
    metrics: { default: 20, describe: 'metrics of each', coerce: wholeNumber(1) },
    points: { default: 5000, describe: 'steps of each metric', coerce: wholeNumber(1) },
  },
  async run(values) {
    const { makeBenchDatabase } = await import('../bench/make-database.ts');
    makeBenchDatabase(values);
  },
});
