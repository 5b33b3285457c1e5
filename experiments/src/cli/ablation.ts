import { UserError } from '@id3/core';
import { printEstimate } from '../estimate/print.ts';
import { runExperiment } from '../experiment.ts';
import { planAblation, targetsOf } from '../pipeline.ts';
import { reportTable } from '../report/write.ts';
import { ablationVariants, type Variant } from '../variants.ts';
import { weightsFor } from './arguments.ts';
import { main } from './main.ts';

await main({
  name: 'ablation',
  summary:
    'Trains, samples and verifies full ID³ and every variant of the ablation, and prints the table.\n' +
    'Results are cached: a stopped or killed run continues where it was.\n\n' +
    '  --variants A,B        only these rows of the table',
  async run(config, args, signal) {
    const variants = chosen(ablationVariants(config), args.variants);
    const { plan, rows } = planAblation(config, variants, weightsFor(args));
    if (args.estimate) return printEstimate(plan, config, args);
    await runExperiment(
      { command: 'ablation', config, settings: args, signal, rows },
      plan,
      targetsOf(rows),
      (finished) => reportTable(finished, rows),
    );
  },
});

function chosen(variants: Variant[], names: string[] | undefined): Variant[] {
  if (names === undefined) return variants;
  for (const name of names)
    if (!variants.some((variant) => variant.name === name))
      throw new UserError(
        `There is no variant "${name}"; choose from ${variants.map((variant) => variant.name).join(', ')}.`,
      );
  return variants.filter((variant) => names.includes(variant.name));
}
