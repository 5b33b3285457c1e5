import { wordList } from '@id3/cli';
import { runCommand } from './run-command.ts';

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
  options: {
    variants: {
      describe: 'only these rows of the table, separated by commas',
      defaultDescription: 'all',
      coerce: wordList,
      async complete() {
        const { ablationVariants } = await import('../variants.ts');
        const { PROFILES } = await import('../config/profiles/index.ts');
        return ablationVariants(PROFILES.quick).map(({ name }) => name);
      },
    },
  },
  load: () => import('./actions/ablation.ts'),
});
