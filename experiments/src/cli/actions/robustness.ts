import { runExperiment } from '../../experiment.ts';
import { columnNames } from '../../photos/columns.ts';
import { planRobustness, targetsOf } from '../../rows.ts';
import { reportRobustness } from '../../report/write.ts';
import type { Request } from '../run-command.ts';
import { chosenVariants } from './chosen-variants.ts';
import { weightsFor } from './weights-for.ts';

/** Tries the chosen rows' recognisers on disturbed pictures, and prints the table. */
export async function run(request: Request<{ variants: string[] }>): Promise<void> {
  const { config, settings, values } = request;
  const variants = chosenVariants(config, values.variants);
  const { plan, rows } = planRobustness(config, variants, weightsFor(settings));
  const what = { command: 'robustness', config, settings, signal: request.signal, rows };
  const [benchmark] = columnNames(config);
  await runExperiment(what, plan, targetsOf(rows), (finished) => reportRobustness(finished, rows, benchmark));
}
