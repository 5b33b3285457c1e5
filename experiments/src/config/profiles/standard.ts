import type { Config } from '../schema.ts';
import { quick } from './quick.ts';

/** More people, pixels and steps than `quick`: a night on a desktop, or an hour with a GPU. */
export const standard: Config = {
  ...quick,
  image: { size: 64 },
  data: {
    ...quick.data,
    pretrain: { people: 5000, shotsPerPerson: 20 },
    train: { people: 5000, shotsPerPerson: 20 },
  },
  benchmarks: { ...quick.benchmarks, pairs: 6000 },
  f: {
    ...quick.f,
    network: { widths: [64, 128, 256, 512], blocks: [2, 2, 2, 2], embeddingSize: 256, dropout: 0.2 },
    training: { ...quick.f.training, steps: 20_000, batchSize: 128 },
    whitenedSize: 32,
  },
  diffusion: {
    ...quick.diffusion,
    unet: {
      ...quick.diffusion.unet,
      baseChannels: 64,
      channelMultipliers: [1, 2, 2, 4],
      attentionLevels: [2, 3],
    },
    training: { ...quick.diffusion.training, steps: 50_000, emaDecay: 0.9995 },
  },
  generation: {
    ...quick.generation,
    identities: 2000,
    imagesPerIdentity: 20,
    sampler: { ...quick.generation.sampler, steps: 50 },
  },
  recogniser: {
    ...quick.recogniser,
    network: { widths: [64, 128, 256, 512], blocks: [2, 2, 2, 2], embeddingSize: 256, dropout: 0.2 },
    training: { ...quick.recogniser.training, steps: 20_000, batchSize: 128 },
  },
};
