import type { Config } from '../schema.ts';
import { quick } from './quick.ts';

/** Every row, peers too, with three trainings of the generators that the main question is about; in a night. */
export const standard: Config = {
  ...quick,
  benchmarks: { ...quick.benchmarks, pairs: 3000 },
  generation: { ...quick.generation, identities: 320, imagesPerIdentity: 20 },
  recogniser: {
    ...quick.recogniser,
    training: { ...quick.recogniser.training, steps: 1000, warmupSteps: 100, marginRampSteps: 200 },
  },
  downstream: { ...quick.downstream, generators: 3 },
};
