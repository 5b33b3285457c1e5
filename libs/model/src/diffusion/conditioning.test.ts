import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { selectEngine } from '@id3/engine';
import { Scope } from '../nn/scope.ts';
import { ConditionMlp, attributeTensor } from './conditioning.ts';
import { STYLE_SIZE } from './style.ts';

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

it('says of a face what the network is to be told, and zeros of what is not known', () => {
  const style = Float32Array.from({ length: STYLE_SIZE }, (_, i) => i / 8);
  const faces = [{ age: 40, yaw: -45 }, {}, { age: 40 }, { style }];
  const rows = (kind: Parameters<typeof attributeTensor>[0]) => attributeTensor(kind, faces).arraySync();
  const [told, hidden] = [
    [Math.fround(0.4), -0.5, 1],
    [0, 0, 0],
  ];
  expect(rows([6, 2])).toEqual([told, hidden, hidden, hidden]);
  expect(rows(false)).toEqual(rows([6, 2]));
  const none = Array.from(style, () => 0);
  expect(rows('style')).toEqual([none, none, none, Array.from(style)]);
});
