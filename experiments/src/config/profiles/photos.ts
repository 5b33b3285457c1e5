import type { Config } from '../schema.ts';
import { quick } from './quick.ts';

const { scoreBelow, ...scoredThroughout } = quick.generation.sampler;

/**
 * The paper's path on photographs, at the size that two cores can carry, from scratch: f is face-api's recogniser, the judge human's, the diffusion model is trained on a folder
 * of photos, and every benchmark is one of photos. What it gave and took: docs/real-data.md.
 */
export const photos: Config = {
  ...quick,
  data: { ...quick.data, trainFolder: 'datasets/photos' },
  benchmarks: { ...quick.benchmarks, names: [], folders: ['datasets/lfw'] },
  f: { ...quick.f, source: 'face-api', whitenedSize: 64 },
  judge: { ...quick.judge, source: 'faceres' },
  diffusion: {
    ...quick.diffusion,
    training: { ...quick.diffusion.training, steps: 5000, batchSize: 16 },
  },
  generation: {
    ...quick.generation,
    identities: 300,
    imagesPerIdentity: 12,
    // The paper's. CFP's photos lie at a mean cosine of 0.52 to their person's centre in this f's whitened space (the ceiling's `image to centre`).
    lb: 0.6,
    // As it was measured.
    sampler: { ...scoredThroughout, steps: 6, freeS: 1 },
  },
  downstream: { ...quick.downstream, seeds: [1, 2, 3] },
};
