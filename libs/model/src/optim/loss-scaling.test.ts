import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Rng } from '@id3/core';
import { adamW, sgd, type Optimiser } from '../index.ts';
import { LossScaling } from './loss-scaling.ts';

beforeAll(async () => void (await tf.setBackend('cpu')));

const [START, INTERVAL] = [64, 3];
/** Of each step, the factor of its gradient: those of too large a scale overflow. */
const LIMIT = 200;

/** Twenty steps on three numbers: gradients of a scaled loss overflow in half precision where the scale is above {@link LIMIT}. */
function run(optimiserOf: (weights: tf.Variable[]) => Optimiser, infinite: number) {
  const w = tf.variable(tf.tensor1d([1, -2, 3]));
  const optimiser = optimiserOf([w]);
  const scaling = new LossScaling(START, INTERVAL);
  const logged: { scale: number; good: boolean; loss: number }[] = [];
  const values: number[][] = [];
  for (let step = 1; step <= 20; step++) {
    tf.tidy(() => {
      const own = tf.tensor1d(new Rng(1, 'g', step).normals(3));
      const scale = scaling.scaled(tf.scalar(1)).dataSync()[0];
      const gradient = scale > LIMIT ? tf.tensor1d([1, infinite, 1]) : own.mul(scale);
      const told = scaling.unscaled([gradient], tf.scalar(5));
      optimiser.apply(told.gradients, optimiser.rates(step, 0.1), told.good);
      logged.push({
        scale: told.scale.dataSync()[0],
        good: told.good.dataSync()[0] === 1,
        loss: told.loss.dataSync()[0],
      });
    });
    values.push([w, ...Object.values(optimiser.state)].flatMap((v) => Array.from(v.dataSync())));
  }
  return { logged, values };
}

describe.each([Infinity, NaN])('where gradients overflow to %s', (infinite) => {
  it('the scale halves after an overflow and doubles after so many good steps in a row', () => {
    const { logged } = run((weights) => sgd(weights), infinite);
    let [scale, good] = [START, 0];
    for (const step of logged) {
      expect(step).toEqual({ scale, good: scale <= LIMIT, loss: 5 });
      if (scale > LIMIT) [scale, good] = [scale / 2, 0];
      else if (++good === INTERVAL) [scale, good] = [scale * 2, 0];
    }
    expect(logged.map((step) => step.scale)).toEqual([
      64, 64, 64, 128, 128, 128, 256, 128, 128, 128, 256, 128, 128, 128, 256, 128, 128, 128, 256, 128,
    ]);
  });

  it.each<[string, (weights: tf.Variable[]) => Optimiser]>([
    ['SGD', (weights) => sgd(weights, { momentum: 0.7, weightDecay: 0.1 })],
    ['AdamW', (weights) => adamW(weights, { weightDecay: 0.1, clipNorm: 1 })],
  ])(
    '%s is left as it is by such a step, and is by others what it is without a scale',
    (_name, optimiserOf) => {
      const { logged, values } = run(optimiserOf, infinite);
      const w = tf.variable(tf.tensor1d([1, -2, 3]));
      const plain = optimiserOf([w]);
      logged.forEach(({ good }, k) => {
        if (good) plain.apply([tf.tensor1d(new Rng(1, 'g', k + 1).normals(3))], plain.rates(k + 1, 0.1));
        // Scales are powers of two: dividing by them is exact.
        expect(values[k]).toEqual(
          [w, ...Object.values(plain.state)].flatMap((v) => Array.from(v.dataSync())),
        );
      });
      expect(values.flat().every(Number.isFinite)).toBe(true);
    },
  );
});

it('gradients that overflow without any scale are told as a loss that is no number', () => {
  const scaling = new LossScaling(2, 10);
  const losses = Array.from({ length: 4 }, () =>
    tf.tidy(() => scaling.unscaled([tf.tensor1d([Infinity])], tf.scalar(5)).loss.dataSync()[0]),
  );
  expect(losses).toEqual([5, 5, NaN, NaN]);
});
