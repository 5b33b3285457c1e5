import { runCommand } from './run-command.ts';

export const train = runCommand({
  name: 'train',
  summary: 'Trains the diffusion model of one config, and f before it.',
  details: 'Their weights are trained also where they are committed.',
  options: {},
  load: () => import('./actions/train.ts'),
});
