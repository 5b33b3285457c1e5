import { PRIORS } from '@id3/data';
import { benchmarkNames } from '@id3/eval';
import type { Config } from '../schema.ts';

/** The default: all rows of the ablation mean something, on two cores, while one has lunch. */
export const quick: Config = {
  seed: 1,
  engine: 'auto',
  image: { size: 32 },
  data: {
    pretrain: { people: 1000, shotsPerPerson: 12 },
    train: { people: 1000, shotsPerPerson: 12 },
    prior: PRIORS.wild,
  },
  benchmarks: { names: [...benchmarkNames], pairs: 2000, folds: 10 },
  f: {
    network: { widths: [32, 64, 128, 256], blocks: [1, 2, 2, 1], embeddingSize: 128, dropout: 0.2 },
    head: { kind: 'arcface', scale: 32, margin: 0.4 },
    training: {
      steps: 2500,
      batchSize: 64,
      learningRate: 0.1,
      warmupSteps: 50,
      schedule: 'cosine',
      weightDecay: 5e-4,
      marginRampSteps: 1000,
      flip: true,
    },
  },
  diffusion: {
    unet: {
      patchSize: 1,
      baseChannels: 32,
      channelMultipliers: [1, 2, 2],
      blocksPerLevel: 1,
      attentionLevels: [2],
      attentionHeads: 4,
      groups: 8,
      conditioning: 'time',
      conditionSizes: [256, 256, 256],
      attributes: true,
    },
    timesteps: 1000,
    schedule: 'linear',
    training: {
      steps: 3000,
      batchSize: 32,
      learningRate: 4e-4,
      warmupSteps: 100,
      weightDecay: 0,
      clipNorm: 1,
      emaDecay: 0.995,
      idLossWeight: 1,
      flip: true,
    },
  },
  generation: {
    identities: 400,
    imagesPerIdentity: 12,
    anchors: 'spread',
    lb: 0.6,
    ub: 1,
    condition: 'anchor',
    age: [16, 70],
    yaw: [-60, 60],
    sampler: { kind: 'ddim', steps: 20, guidance: 1, gradient: 'full', clip: true },
    batchSize: 32,
  },
  recogniser: {
    network: { widths: [32, 64, 128, 256], blocks: [1, 1, 1, 1], embeddingSize: 128, dropout: 0.2 },
    head: { kind: 'arcface', scale: 32, margin: 0.4 },
    training: {
      steps: 1500,
      batchSize: 64,
      learningRate: 0.1,
      warmupSteps: 50,
      schedule: 'cosine',
      weightDecay: 5e-4,
      marginRampSteps: 500,
      flip: true,
    },
  },
  downstream: { dataset: 'generated', seeds: [1, 2, 3] },
};
