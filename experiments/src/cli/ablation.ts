import { runCommand } from './run-command.ts';
import { variantsOption } from './variants-option.ts';

export const ablation = runCommand({
  name: 'ablation',
  summary: 'Trains, samples and verifies full ID³ and every variant of the ablation, and prints the table.',
  details: 'Results are cached: a stopped or killed run continues where it was.',
  examples: [
    ['', 'the whole ablation of the quick profile'],
    ['--profile=smoke --out=smoke', 'every stage with next to no work'],
    ['--variants=full,no-id-loss --generation.identities=40', 'two rows, with fewer people'],
    ['--profile=paper --estimate', "what the paper's numbers would take here"],
  ],
  options: { variants: { ...variantsOption, defaultDescription: 'six at quick and photos, else all' } },
  load: () => import('./actions/ablation.ts'),
});
