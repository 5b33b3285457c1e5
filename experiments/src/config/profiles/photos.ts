import type { Config } from '../schema.ts';
import { quick } from './quick.ts';

/**
 * The paper's path on photographs, at the size that two cores can carry, from scratch: f is face-api's recogniser, the diffusion model is trained on a folder
 * of photos, and every benchmark is one of photos. f's gradient takes most of a training step, whatever the size of the images (docs/real-data.md).
 */
export const photos: Config = {
  ...quick,
  data: { ...quick.data, trainFolder: 'datasets/photos' },
  benchmarks: { ...quick.benchmarks, names: [], folders: ['datasets/lfw'] },
  f: { ...quick.f, source: 'face-api', whitenedSize: 64 },
  diffusion: {
    ...quick.diffusion,
    training: { ...quick.diffusion.training, steps: 5000, batchSize: 16 },
  },
  generation: {
    ...quick.generation,
    identities: 300,
    imagesPerIdentity: 12,
    // The paper's. Of CFP's photos half are nearer to their person's centre than a cosine of 0.58 in this f's whitened space, a quarter than 0.68.
    lb: 0.6,
  },
};
