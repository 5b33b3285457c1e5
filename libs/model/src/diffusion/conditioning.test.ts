import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { selectEngine } from '@id3/engine';
import { Scope } from '../nn/scope.ts';
import { ConditionMlp } from './conditioning.ts';

it('sees the attributes times their gains, and none of them without', async () => {
  await selectEngine();
  const y = tf.tensor2d([
    [0.6, 0.8],
    [-1, 0],
  ]);
  const s = tf.tensor2d([
    [0.2, -0.5, 1],
    [0.7, 0.1, 0],
  ]);
  const output = (gains: [number, number] | false, attributes: tf.Tensor2D) =>
    Array.from(new ConditionMlp(new Scope(1), 2, gains, [5, 3]).forward(y, attributes).dataSync());
  const scaled = output([6, 2], s);
  const byHand = output([1, 1], s.mul(tf.tensor1d([6, 2, 1])));
  scaled.forEach((value, k) => expect(value).toBeCloseTo(byHand[k], 5));
  expect(scaled).not.toEqual(output([1, 1], s));
  expect(output(false, s)).toEqual(output(false, tf.zerosLike(s)));
});
