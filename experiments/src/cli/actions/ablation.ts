import { runExperiment } from '../../experiment.ts';
import { planAblation, targetsOf } from '../../rows.ts';
import { reportTable } from '../../report/write.ts';
import { defaultVariants } from '../../variants.ts';
import type { Request } from '../run-command.ts';
import { chosenVariants } from './chosen-variants.ts';
import { weightsFor } from './weights-for.ts';

/** Runs the ablation's rows, or the chosen ones, and prints the table. */
export async function run(request: Request<{ variants: string[] | undefined }>): Promise<void> {
  const { config, settings, values } = request;
  const variants =
    values.variants === undefined
      ? defaultVariants(config, settings.profile)
      : chosenVariants(config, values.variants);
  const { plan, rows } = planAblation(config, variants, weightsFor(settings));
  const what = { command: 'ablation', config, settings, signal: request.signal, rows };
  await runExperiment(what, plan, targetsOf(rows), (finished) => reportTable(finished, rows));
}
