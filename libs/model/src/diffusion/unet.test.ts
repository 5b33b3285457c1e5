import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it } from 'vitest';
import { UNet } from '../index.ts';

beforeAll(async () => void (await tf.setBackend('cpu')));

it('has the parameters of DDPM’s network for CIFAR-10, but for what ID³ changes', () => {
  // Ho et al. 2020, appendix B: "35.7 million"; counted, as google/ddpm-cifar10-32, 35 746 307.
  const published = 35_746_307;
  const [base, d] = [128, 512];
  const { scope } = new UNet(
    {
      patchSize: 1,
      baseChannels: base,
      channelMultipliers: [1, 2, 2, 2],
      blocksPerLevel: 2,
      attentionLevels: [1], // 16×16 of 32×32
      attentionHeads: 1,
      groups: 32,
      conditioning: 'time',
      conditionSizes: [512, 256, 768],
      attributes: [1, 1],
    },
    d,
    1,
  );
  const count = scope.weightCount;
  scope.dispose();

  const dense = (inputs: number, outputs: number) => (inputs + 1) * outputs;
  const embedding = 4 * base;
  // The embedding of time scales and shifts in each residual block, where DDPM's only shifts: down, middle, up.
  const channels = 2 * (128 + 256 + 256 + 256) + 2 * 256 + 3 * (256 + 256 + 256 + 128);
  const film = dense(embedding, channels);
  // [y; s; whether s is known] goes through the paper's perceptron and is added to the embedding of time.
  const condition = dense(d + 3, 512) + dense(512, 256) + dense(256, 768) + dense(768, embedding);
  // The last convolution is 1×1 (a patch of one pixel), DDPM's 3×3.
  const output = dense(base, 3) - dense(9 * base, 3);
  expect(count).toBe(published + film + condition + output);
});
