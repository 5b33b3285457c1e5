import { join } from 'node:path';
import { FULL } from '@id3/report';
import { runExperiment } from '../../experiment.ts';
import { Pipeline } from '../../pipeline.ts';
import { Plan, nodeFolder } from '../../plan.ts';
import { typedPath } from '../../progress.ts';
import { FROM_SCRATCH } from '../../weights.ts';
import type { Request } from '../run-command.ts';

/** Trains the config's diffusion model, and f before it. */
export async function run(request: Request): Promise<void> {
  const { config, settings } = request;
  const plan = new Plan();
  const target = new Pipeline(plan, config, FULL, FROM_SCRATCH).diffusion();
  const what = { command: 'train', config, settings, signal: request.signal };
  await runExperiment(what, plan, [target], ({ root }) =>
    console.log(`The model is in ${typedPath(join(root, nodeFolder(target)))}.`),
  );
}
