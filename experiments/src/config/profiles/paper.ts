import { NO_AUGMENTATION } from '@id3/data';
import { LRESNET50E_IR } from '@id3/model';
import type { Config } from '../schema.ts';
import { quick } from './quick.ts';

/** LResNet50E-IR with ArcFace and its schedule for CASIA-WebFace, a set as large as the generated one (Deng et al. 2019). */
const lresnet50e: Config['recogniser'] = {
  network: LRESNET50E_IR,
  head: { kind: 'arcface', scale: 64, margin: 0.5 },
  training: {
    // 32 000 steps in batches of 512: 33 epochs of 500 000 images.
    steps: 32_000,
    batchSize: 512,
    learningRate: 0.1,
    warmupSteps: 0,
    schedule: 'steps',
    weightDecay: 5e-4,
    marginRampSteps: 0,
    augment: { ...NO_AUGMENTATION, flip: true },
  },
};

/**
 * The paper's numbers: T = 1000, batches of 16, 500 000 steps, 112×112, hidden sizes (512, 256, 768),
 * 10 000 identities × 50 images, ancestral sampling through all of T. The U-Net's widths are *our reading*.
 */
export const paper: Config = {
  ...quick,
  image: { size: 112 },
  data: {
    ...quick.data,
    pretrain: { people: 10_000, shotsPerPerson: 50 },
    // As many images as FFHQ holds.
    train: { people: 70_000, shotsPerPerson: 1 },
    judge: { people: 10_000, shotsPerPerson: 50 },
  },
  benchmarks: { ...quick.benchmarks, pairs: 6000 },
  f: { source: 'trained', ...lresnet50e, whitenedSize: 0 },
  judge: { seed: 2, ...lresnet50e },
  diffusion: {
    seed: 1,
    unet: {
      patchSize: 1,
      baseChannels: 128,
      channelMultipliers: [1, 2, 2, 4],
      blocksPerLevel: 2,
      attentionLevels: [2, 3],
      attentionHeads: 4,
      groups: 32,
      conditioning: 'crossAttention',
      conditionSizes: [512, 256, 768],
      attributes: [1, 1],
    },
    timesteps: 1000,
    schedule: 'linear',
    prediction: 'epsilon',
    training: {
      steps: 500_000,
      batchSize: 16,
      learningRate: 1e-4,
      warmupSteps: 1000,
      weightDecay: 0,
      clipNorm: 1,
      emaDecay: 0.9999,
      idLossWeight: 1,
      reduction: 'mean',
      hideY: 0,
      hideS: 0,
      flip: true,
    },
  },
  generation: {
    ...quick.generation,
    identities: 10_000,
    imagesPerIdentity: 50,
    lb: 0.6,
    sampler: {
      kind: 'ancestral',
      steps: 1000,
      spacing: 'uniform',
      guidance: 1,
      kappa: 'paper',
      freeY: 0,
      freeS: 0,
      gradient: 'full',
      clip: true,
    },
    batchSize: 16,
  },
  recogniser: lresnet50e,
  downstream: { ...quick.downstream, seeds: [1, 2, 3] },
};
