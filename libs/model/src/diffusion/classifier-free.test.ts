import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@id3/core';
import { beforeAll, expect, it } from 'vitest';
import { classifierFree, makeSampler, noiseSchedule, type Condition, type SamplerOptions } from '../index.ts';

// Images of two values, x0 ~ N(y + s, v I), and ~ N(s, v I) and N(y, v I) where a condition is hidden. The scores of Gaussians of one
// variance differ by their means alone, at every t, so guided by (a, b) the samples are N((1+a) y + (1+b) s, v I).

const v = 0.25;
const schedule = noiseSchedule('linear', 1000);
const n = 2000;
const mean = { y: [0.3, -0.2], s: [0.1, 0.4] };
const rows = (row: number[]) => tf.tensor2d(Array.from({ length: n }, () => row));

const x0 = (xt: tf.Tensor2D, { networkTime }: { networkTime: tf.Tensor1D }, { y, s }: Condition) => {
  const alphaBar = schedule.alphaBar[Math.round(networkTime.dataSync()[0])];
  const k = (Math.sqrt(alphaBar) * v) / (alphaBar * v + 1 - alphaBar);
  return xt.mul<tf.Tensor2D>(k).add<tf.Tensor2D>(y.add(s).mul(1 - k * Math.sqrt(alphaBar)));
};

beforeAll(async () => void (await tf.setBackend('cpu')));

it.each<[number, number]>([
  [0, 0],
  [1.5, 0],
  [0, 2],
  [0.5, 1],
])(
  'free guidance by (%s, %s) moves the mean as the closed form says and leaves the variance',
  async (freeY, freeS) => {
    const options: SamplerOptions = {
      kind: 'ddim',
      steps: 100,
      spacing: 'uniform',
      guidance: 0,
      gradient: 'full',
      kappa: 'paper',
      clip: false,
      freeY,
      freeS,
    };
    const sampler = makeSampler<Condition>(
      { schedule, prediction: 'epsilon', x0: classifierFree(x0, options), cosine: () => tf.zeros([n]) },
      options,
    );
    const xT = tf.tensor2d(new Rng(3, 'xT').normals(n * 2), [n, 2]);
    const samples = (await (
      await sampler(xT, { y: rows(mean.y), s: rows(mean.s) }, () => tf.zeros([n, 2]))
    ).array()) as number[][];
    for (const k of [0, 1]) {
      const values = samples.map((row) => row[k]);
      const average = values.reduce((a, b) => a + b) / n;
      const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / n;
      const expected = (1 + freeY) * mean.y[k] + (1 + freeS) * mean.s[k];
      expect(Math.abs(average - expected)).toBeLessThan(5 * Math.sqrt(v / n));
      expect(Math.abs(variance / v - 1)).toBeLessThan(5 * Math.sqrt(2 / n) + 0.02);
    }
  },
);
