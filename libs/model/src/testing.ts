import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rng } from '@id3/core';
import { DatasetWriter, NO_AUGMENTATION, openDataset, type Dataset } from '@id3/data';
import { PLAIN_SAMPLER } from './diffusion/sampler-options.ts';
import type { DiffusionOptions } from './diffusion/train.ts';
import type { GenerationOptions } from './generation/generate.ts';
import type { RecogniserOptions } from './recogniser/train.ts';

/** A recogniser that learns colours in some tens of steps. */
export const TINY_RECOGNISER: RecogniserOptions = {
  network: { widths: [8, 8, 8, 8], blocks: [1, 1, 1, 1], embeddingSize: 4, dropout: 0 },
  head: { kind: 'arcface', scale: 16, margin: 0.3 },
  training: {
    steps: 30,
    batchSize: 16,
    learningRate: 0.1,
    warmupSteps: 2,
    schedule: 'cosine',
    weightDecay: 5e-4,
    marginRampSteps: 20,
    augment: { ...NO_AUGMENTATION, flip: true },
  },
};

/** A diffusion model with every kind of layer. */
export const TINY_DIFFUSION: DiffusionOptions = {
  seed: 5,
  unet: {
    patchSize: 2,
    baseChannels: 8,
    channelMultipliers: [1, 2],
    blocksPerLevel: 1,
    attentionLevels: [1],
    attentionHeads: 2,
    groups: 4,
    conditioning: 'time',
    conditionSizes: [16, 16],
    attributes: [1, 1],
  },
  timesteps: 100,
  schedule: 'linear',
  prediction: 'x0',
  training: {
    steps: 16,
    batchSize: 4,
    learningRate: 2e-3,
    warmupSteps: 2,
    weightDecay: 0,
    clipNorm: 1,
    emaDecay: 0.9,
    idLossWeight: 1,
    reduction: 'mean',
    hideY: 0,
    hideS: 0,
    flip: true,
  },
};

/** Three identities with two images each, sampled without guidance. */
export const TINY_GENERATION: GenerationOptions = {
  seed: 7,
  identities: 3,
  imagesPerIdentity: 2,
  anchors: 'spread',
  lb: 0.5,
  ub: 0.9,
  condition: 'anchor',
  age: [20, 60],
  yaw: [-45, 45],
  sampler: { ...PLAIN_SAMPLER, steps: 3 },
  batchSize: 2,
};

/** A folder of its own for a test. */
export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'id3-model-'));

/** A tiny dataset in which each person is a colour: learnable in a few steps. */
export function colourDataset(people: number, shots: number, size: number, youngest = 20): Dataset {
  const folder = temporaryFolder();
  const count = people * shots;
  const writer = DatasetWriter.open(folder, {
    kind: 'rendered',
    spec: { people, shots, size, youngest },
    height: size,
    width: size,
    count,
    imagesPerShard: count,
  });
  const images = new Uint8Array(count * size * size * 3);
  const records = Array.from({ length: count }, (_, i) => {
    const label = Math.floor(i / shots);
    const colour = new Rng(1, 'colour', label);
    const rgb = [colour.int(256), colour.int(256), colour.int(256)];
    const noise = new Rng(1, 'noise', i);
    for (let k = 0; k < size * size * 3; k++) {
      images[i * size * size * 3 + k] = Math.max(0, Math.min(255, rgb[k % 3] + noise.normal(0, 20)));
    }
    return { label, age: youngest + (i % 5) * 10, yaw: ((i * 37) % 90) - 45 };
  });
  writer.writeShard(0, { images, records });
  writer.finish();
  return openDataset(folder);
}
