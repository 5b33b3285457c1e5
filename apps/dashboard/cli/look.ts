import { command } from '@id3/cli';
import { visitOptions } from './options.ts';

export const look = command({
  name: 'dashboard-look',
  target: 'dashboard:look',
  summary: 'Takes pictures of every view of a running dashboard and finds faults.',
  details:
    'Every view is opened in both themes and two widths, and axe looks for violations of accessibility. Exits with 1 where it finds a serious ' +
    'one, where a page fails, moves while it loads, or is wider than the window.',
  examples: [['--only=samples --out=pictures', 'one view']],
  options: {
    ...visitOptions,
    out: { type: 'string', path: true, default: 'docs/screenshots', describe: 'folder of the pictures' },
    only: { type: 'string', describe: 'one view, such as samples' },
  },
  async run(values) {
    const { lookAtEverything } = await import('../e2e/look.ts');
    await lookAtEverything(values);
  },
});
