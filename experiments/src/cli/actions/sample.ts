import { join } from 'node:path';
import { FULL } from '@id3/report';
import { runExperiment } from '../../experiment.ts';
import { Pipeline } from '../../pipeline.ts';
import { Plan, nodeFolder } from '../../plan.ts';
import { typedPath } from '../../progress.ts';
import type { Request } from '../run-command.ts';
import { weightsFor } from './weights-for.ts';

/** Generates the config's dataset, and trains what it needs. */
export async function run(request: Request): Promise<void> {
  const { config, settings } = request;
  const plan = new Plan();
  const target = new Pipeline(plan, config, FULL, weightsFor(settings)).generated();
  const what = { command: 'sample', config, settings, signal: request.signal };
  await runExperiment(what, plan, [target], ({ root }) =>
    console.log(`The dataset is in ${typedPath(join(root, nodeFolder(target)))}.`),
  );
}
