import { command, wholeNumber } from '@id3/cli';
import { visitOptions } from './options.ts';

export const bench = command({
  name: 'dashboard-bench',
  target: 'dashboard:bench',
  summary: 'Measures how fast a running dashboard answers, and what a first load sends.',
  details:
    'Every view is asked for, and a report; the medians are printed. id3 dashboard-database makes a database of a fit size.',
  options: {
    ...visitOptions,
    times: { default: 15, describe: 'requests of each view', coerce: wholeNumber(1) },
  },
  async run(values) {
    const { measureResponses } = await import('../bench/responses.ts');
    await measureResponses(values);
  },
});
