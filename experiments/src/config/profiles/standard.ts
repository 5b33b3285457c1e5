import type { Config } from '../schema.ts';
import { quick } from './quick.ts';

/** Every row, peers too, with three trainings of the generators that the main question is about; in a night. */
export const standard: Config = {
  ...quick,
  benchmarks: { ...quick.benchmarks, pairs: 3000 },
  generation: { ...quick.generation, identities: 320 },
  recogniser: {
    ...quick.recogniser,
    training: { ...quick.recogniser.training, steps: 800, warmupSteps: 80, marginRampSteps: 160 },
  },
  downstream: { ...quick.downstream, generators: 3 },
};
