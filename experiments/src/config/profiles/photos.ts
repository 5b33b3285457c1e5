import type { Config } from '../schema.ts';
import { quick } from './quick.ts';

/**
 * The paper's path on photographs, at the size that two cores can carry, from scratch: f is face-api's recogniser, the diffusion model is trained on a folder
 * of photos, and every benchmark is one of photos. 48 pixels are the fewest at which f loses nothing on ORL (docs/real-data.md). Not run to its end yet:
 * `generation.lb` and the lengths of the trainings are estimates.
 */
export const photos: Config = {
  ...quick,
  image: { size: 48 },
  data: { ...quick.data, trainFolder: 'datasets/photos' },
  benchmarks: { ...quick.benchmarks, names: [], folders: ['datasets/cfp-ff', 'datasets/cfp-fp'] },
  f: { ...quick.f, source: 'face-api', whitenedSize: 64 },
  diffusion: {
    ...quick.diffusion,
    training: { ...quick.diffusion.training, steps: 6000, batchSize: 16 },
  },
  generation: {
    ...quick.generation,
    // Of LFW's people without CFP's 153 have eight photos: the ceiling has as many images.
    identities: 150,
    imagesPerIdentity: 8,
    // The paper's: how near photos of one person are in this f's whitened space is not measured.
    lb: 0.6,
    sampler: { ...quick.generation.sampler, steps: 10 },
  },
};
