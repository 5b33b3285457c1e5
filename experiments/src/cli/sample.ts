import { FULL } from '@id3/report';
import { join } from 'node:path';
import { printEstimate } from '../estimate/print.ts';
import { runExperiment } from '../experiment.ts';
import { Pipeline } from '../pipeline.ts';
import { Plan, nodeFolder } from '../plan.ts';
import { typedPath } from '../progress.ts';
import { weightsFor } from './arguments.ts';
import { main } from './main.ts';

await main({
  name: 'sample',
  summary: 'Generates the synthetic dataset of one config, and trains what it needs.',
  async run(config, args, signal) {
    const plan = new Plan();
    const target = new Pipeline(plan, config, FULL, weightsFor(args)).generated();
    if (args.estimate) return printEstimate(plan, config, args);
    await runExperiment({ command: 'sample', config, settings: args, signal }, plan, [target], ({ root }) =>
      console.log(`The dataset is in ${typedPath(join(root, nodeFolder(target)))}.`),
    );
  },
});
