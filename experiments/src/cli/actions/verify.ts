import { FULL } from '@id3/report';
import { runExperiment } from '../../experiment.ts';
import { planAblation, targetsOf } from '../../rows.ts';
import { reportTable } from '../../report/write.ts';
import { ablationVariants } from '../../variants.ts';
import type { Request } from '../run-command.ts';
import { weightsFor } from './weights-for.ts';

/** Runs the one row of the ablation that is the config itself, and prints it. */
export async function run(request: Request): Promise<void> {
  const { config, settings } = request;
  const full = ablationVariants(config).filter((variant) => variant.name === FULL);
  const { plan, rows } = planAblation(config, full, weightsFor(settings));
  const what = { command: 'verify', config, settings, signal: request.signal, rows };
  await runExperiment(what, plan, targetsOf(rows), (finished) => reportTable(finished, rows));
}
