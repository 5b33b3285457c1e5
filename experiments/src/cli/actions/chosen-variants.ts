import { UserError } from '@id3/core';
import type { Config } from '../../config/schema.ts';
import type { Variant } from '../../config/variant.ts';
import { ablationVariants } from '../../variants.ts';

/** The ablation's rows of the given names. Throws a UserError where there is no such row. */
export function chosenVariants(config: Config, names: readonly string[]): Variant[] {
  const variants = ablationVariants(config);
  for (const name of names)
    if (!variants.some((variant) => variant.name === name))
      throw new UserError(
        `There is no variant "${name}"; choose from ${variants.map((variant) => variant.name).join(', ')}.`,
      );
  return variants.filter((variant) => names.includes(variant.name));
}
