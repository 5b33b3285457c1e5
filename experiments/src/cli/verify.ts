import { runCommand } from './run-command.ts';

export const verify = runCommand({
  name: 'verify',
  summary: 'Verifies the recognisers of one config, and makes whatever they need.',
  details: 'To verify one recogniser on datasets of your own: id3 verify-recogniser.',
  options: {},
  load: () => import('./actions/verify.ts'),
});
