import { command } from '@id3/cli';
import { outOption } from './out-option.ts';

export const status = command({
  name: 'status',
  target: 'experiments:status',
  summary:
    'Says how the stages stand that --executor=slurm has submitted, and takes what their jobs wrote into the database.',
  details: 'The command that submitted them attaches to them again, and writes the table when all is done.',
  examples: [['--out=/shared/id3', 'of the results in that folder']],
  options: {
    ...outOption,
    all: { type: 'boolean', describe: 'list finished stages too', default: false },
  },
  async run({ out, all }) {
    const { printStatus } = await import('./actions/cluster.ts');
    await printStatus(out, all);
  },
});
