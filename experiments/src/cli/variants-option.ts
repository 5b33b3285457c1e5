import { wordList, type Option } from '@id3/cli';

/** Which rows of the ablation's table a command makes. */
export const variantsOption = {
  describe: 'only these rows of the table, separated by commas',
  coerce: wordList,
  async complete() {
    const { ablationVariants } = await import('../variants.ts');
    const { PROFILES } = await import('../config/profiles/index.ts');
    return ablationVariants(PROFILES.quick).map(({ name }) => name);
  },
} as const satisfies Option;
