import type { Config } from '../schema.ts';
import { quick } from './quick.ts';

/** The models of `quick`, sampled and judged at length; `--estimate` tells how long that is. */
export const standard: Config = {
  ...quick,
  benchmarks: { ...quick.benchmarks, pairs: 6000 },
  generation: {
    ...quick.generation,
    identities: 1000,
    imagesPerIdentity: 20,
    sampler: { ...quick.generation.sampler, steps: 25 },
  },
  recogniser: {
    ...quick.recogniser,
    network: { ...quick.recogniser.network, widths: [32, 64, 128, 256], embeddingSize: 256 },
    training: {
      ...quick.recogniser.training,
      steps: 2000,
      batchSize: 128,
      warmupSteps: 200,
      marginRampSteps: 400,
    },
  },
};
