import { FULL } from '@id3/report';
import { printEstimate } from '../estimate/print.ts';
import { runExperiment } from '../experiment.ts';
import { planAblation, targetsOf } from '../pipeline.ts';
import { reportTable } from '../report/write.ts';
import { ablationVariants } from '../variants.ts';
import { weightsFor } from './arguments.ts';
import { main } from './main.ts';

await main({
  name: 'verify',
  summary: 'Verifies the recognisers of one config, and makes whatever they need.',
  async run(config, args, signal) {
    const full = ablationVariants(config).filter((variant) => variant.name === FULL);
    const { plan, rows } = planAblation(config, full, weightsFor(args));
    if (args.estimate) return printEstimate(plan, config, args);
    await runExperiment(
      { command: 'verify', config, settings: args, signal, rows },
      plan,
      targetsOf(rows),
      (finished) => reportTable(finished, rows),
    );
  },
});
