import { command } from '@id3/cli';
import { outOption } from './out-option.ts';

export const cancel = command({
  name: 'cancel',
  target: 'experiments:cancel',
  summary: 'Ends all jobs that --executor=slurm has submitted for a folder of results.',
  details: 'What is finished or saved stays: the same command goes on from there.',
  options: outOption,
  async run({ out }) {
    const { cancelJobs } = await import('./actions/cluster.ts');
    await cancelJobs(out);
  },
});
