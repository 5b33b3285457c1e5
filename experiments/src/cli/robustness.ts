import { runCommand } from './run-command.ts';
import { variantsOption } from './variants-option.ts';

export const robustness = runCommand({
  name: 'robustness',
  summary:
    'Verifies recognisers under blur, noise, JPEG, occlusion and an attack, and makes whatever they need.',
  details:
    "On the config's first benchmark. The second picture of each pair is disturbed; thresholds are those of the clean pairs.",
  examples: [
    ['', 'ID³, the ceiling and the floor of the quick profile'],
    ['--benchmarks.names=rendered-agedb', 'on another benchmark'],
  ],
  options: { variants: { ...variantsOption, default: 'full,ceiling,floor' } },
  load: () => import('./actions/robustness.ts'),
});
