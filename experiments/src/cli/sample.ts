import { runCommand } from './run-command.ts';

export const sample = runCommand({
  name: 'sample',
  summary: 'Generates the synthetic dataset of one config, and trains what it needs.',
  options: {},
  load: () => import('./actions/sample.ts'),
});
