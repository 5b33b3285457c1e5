import { FULL } from '@id3/report';
import { join } from 'node:path';
import { printEstimate } from '../estimate/print.ts';
import { runExperiment } from '../experiment.ts';
import { Pipeline } from '../pipeline.ts';
import { Plan, nodeFolder } from '../plan.ts';
import { typedPath } from '../progress.ts';
import { FROM_SCRATCH } from '../weights.ts';
import { main } from './main.ts';

await main({
  name: 'train',
  summary:
    'Trains the diffusion model of one config, and f before it, whether or not their weights are committed.',
  async run(config, args, signal) {
    const plan = new Plan();
    const target = new Pipeline(plan, config, FULL, FROM_SCRATCH).diffusion();
    if (args.estimate) return printEstimate(plan, config, args);
    await runExperiment({ command: 'train', config, settings: args, signal }, plan, [target], ({ root }) =>
      console.log(`The model is in ${typedPath(join(root, nodeFolder(target)))}.`),
    );
  },
});
