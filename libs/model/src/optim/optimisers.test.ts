import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { Rng } from '@id3/core';
import { WeightAverage, adamW, sgd } from '../index.ts';

beforeAll(async () => void (await tf.setBackend('cpu')));

/** Two weights of six numbers in all, and gradients for a few steps. */
function problem() {
  const start = Array.from(new Rng(1, 'weights').normals(6));
  const weights: tf.Variable[] = [
    tf.variable(tf.tensor2d(start.slice(0, 4), [2, 2])),
    tf.variable(tf.tensor1d(start.slice(4))),
  ];
  const steps = Array.from({ length: 5 }, (_, k) => Array.from(new Rng(1, 'gradients', k).normals(6)));
  const tensors = (g: number[]) => [tf.tensor2d(g.slice(0, 4), [2, 2]), tf.tensor1d(g.slice(4))];
  const values = () => weights.flatMap((w) => Array.from(w.dataSync()));
  return { start, weights, steps, tensors, values };
}

const expectClose = (actual: number[], expected: number[]) =>
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));

it.each([undefined, 1])(
  'AdamW is Algorithm 2 of Loshchilov & Hutter, number by number, with gradients clipped to norm %s',
  (clipNorm) => {
    const { start, weights, steps, tensors, values } = problem();
    const [beta1, beta2, epsilon, weightDecay] = [0.8, 0.95, 1e-6, 0.1];
    const optimiser = adamW(weights, { beta1, beta2, epsilon, weightDecay, clipNorm });
    const [w, m, v] = [[...start], start.map(() => 0), start.map(() => 0)];
    steps.forEach((gradients, k) => {
      const rate = 0.1 / (k + 1);
      const norm = Math.hypot(...gradients);
      const scale = clipNorm === undefined ? 1 : Math.min(1, clipNorm / norm);
      gradients.forEach((gradient, i) => {
        const g = gradient * scale;
        m[i] = beta1 * m[i] + (1 - beta1) * g;
        v[i] = beta2 * v[i] + (1 - beta2) * g * g;
        const mHat = m[i] / (1 - beta1 ** (k + 1));
        const vHat = v[i] / (1 - beta2 ** (k + 1));
        w[i] -= rate * (mHat / (Math.sqrt(vHat) + epsilon) + weightDecay * w[i]);
      });
      optimiser.apply(tensors(gradients), optimiser.rates(k + 1, rate));
      expectClose(values(), w);
    });
  },
);

it('SGD has momentum and coupled weight decay', () => {
  const { start, weights, steps, tensors, values } = problem();
  const optimiser = sgd(weights, { momentum: 0.7, weightDecay: 0.1 });
  const [w, velocity] = [[...start], start.map(() => 0)];
  steps.forEach((gradients, k) => {
    const rate = 0.1 * (k + 1);
    gradients.forEach((g, i) => {
      velocity[i] = 0.7 * velocity[i] + g + 0.1 * w[i];
      w[i] -= rate * velocity[i];
    });
    optimiser.apply(tensors(gradients), optimiser.rates(k + 1, rate));
    expectClose(values(), w);
  });
});

it('the average of weights warms up and then forgets at its decay', () => {
  const { weights, steps, tensors, values } = problem();
  const ema = new WeightAverage(weights, 0.3);
  const average = values();
  steps.forEach((next, k) => {
    tensors(next).forEach((value, i) => weights[i].assign(value));
    const d = Math.min(0.3, (2 + k) / (11 + k));
    average.forEach((value, i) => (average[i] = d * value + (1 - d) * next[i]));
    ema.update(ema.rate(k + 1));
    expectClose(Array.from(ema.average.dataSync()), average);
  });
  ema.copyToWeights();
  expectClose(values(), average);
});
