import type { Config } from '../schema.ts';
import { quick } from './quick.ts';

/** Every stage with as little work as it can do: shows that all of it runs, and nothing more. */
export const smoke: Config = {
  ...quick,
  image: { size: 16 },
  data: {
    ...quick.data,
    pretrain: { people: 40, shotsPerPerson: 4 },
    train: { people: 40, shotsPerPerson: 4 },
    validation: { people: 16, shotsPerPerson: 4 },
    judge: { people: 40, shotsPerPerson: 4 },
  },
  benchmarks: { ...quick.benchmarks, names: ['rendered-lfw', 'rendered-agedb'], pairs: 80, folds: 4 },
  f: {
    ...quick.f,
    network: { widths: [8, 8, 16, 16], blocks: [1, 1, 1, 1], embeddingSize: 32, dropout: 0 },
    whitenedSize: 12,
    training: { ...quick.f.training, steps: 20, batchSize: 16, warmupSteps: 2, marginRampSteps: 10 },
  },
  judge: {
    ...quick.judge,
    network: { widths: [8, 8, 16, 16], blocks: [1, 1, 1, 1], embeddingSize: 32, dropout: 0 },
    training: { ...quick.judge.training, steps: 20, batchSize: 16, warmupSteps: 2, marginRampSteps: 10 },
  },
  diffusion: {
    ...quick.diffusion,
    unet: {
      ...quick.diffusion.unet,
      baseChannels: 16,
      channelMultipliers: [1, 2],
      attentionLevels: [1],
      conditionSizes: [32, 32, 32],
    },
    training: { ...quick.diffusion.training, steps: 20, batchSize: 8, warmupSteps: 5 },
  },
  generation: {
    ...quick.generation,
    identities: 16,
    imagesPerIdentity: 4,
    sampler: { ...quick.generation.sampler, steps: 4 },
    batchSize: 16,
  },
  recogniser: {
    ...quick.recogniser,
    network: { widths: [8, 8, 16, 16], blocks: [1, 1, 1, 1], embeddingSize: 32, dropout: 0 },
    training: { ...quick.recogniser.training, steps: 10, batchSize: 16, warmupSteps: 2, marginRampSteps: 5 },
  },
  downstream: { ...quick.downstream, seeds: [1, 2] },
};
