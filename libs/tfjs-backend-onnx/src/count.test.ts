import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { compileStep, registerCountingBackend, type GraphCost } from './index.ts';

const seen: GraphCost[] = [];
beforeAll(async () => void (await tf.setBackend(registerCountingBackend((cost) => seen.push(cost)))));
beforeEach(() => void (seen.length = 0));

const image = (...shape: [number, number, number, number]) =>
  tf.tensor4d(new Float32Array(tf.util.sizeFromShape(shape)).fill(1), shape);
/** What computing a tensor takes. */
function costOf(make: () => tf.Tensor): GraphCost {
  const t = tf.tidy(make);
  expect(t.dataSync().every((value) => value === 0)).toBe(true);
  t.dispose();
  expect(seen).toHaveLength(1);
  return seen[0];
}

it('counts the multiplications of a convolution, and computes nothing', () => {
  const [x, w] = [image(2, 8, 8, 3), image(3, 3, 3, 5)];
  expect(costOf(() => tf.conv2d(x, w, 2, 'same')).multiplications).toBe(2 * 4 * 4 * 5 * (3 * 3 * 3));
});

it('counts those of its gradients: as many again for the images, and for the filters', () => {
  const [x, w] = [image(2, 8, 8, 3), image(3, 3, 3, 5)];
  const forward = 2 * 8 * 8 * 5 * 27;
  const loss = (a: tf.Tensor, b: tf.Tensor) =>
    tf
      .conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same')
      .square()
      .sum();
  const of = (which: (gradients: tf.Tensor[]) => tf.Tensor) => {
    seen.length = 0;
    return costOf(() => which(tf.grads(loss)([x, w]))).multiplications;
  };
  expect(of(([dx]) => dx)).toBe(2 * forward);
  expect(of(([, dw]) => dw)).toBe(2 * forward);
});

it.each([
  [false, false],
  [true, false],
  [false, true],
])('counts those of a matrix product (transposed: %s, %s)', (a, b) => {
  const x = tf.ones(a ? [4, 7, 3] : [4, 3, 7]);
  const y = tf.ones(b ? [4, 5, 7] : [4, 7, 5]);
  expect(costOf(() => tf.matMul(x, y, a, b)).multiplications).toBe(4 * 3 * 7 * 5);
});

it('counts what crosses to a device and back: the state, but not what is compiled in', () => {
  const numbers = (n: number) => tf.tensor1d(new Float32Array(n));
  const [w, frozen] = [tf.variable(numbers(100)), tf.variable(numbers(100), false)];
  const step = compileStep(({ x }: { x: tf.Tensor }) => {
    w.assign(w.add(x.mul(frozen)));
    return { sum: w.sum() };
  });
  const x = numbers(100);
  for (let k = 0; k < 3; k++) step({ x });
  // w and x go, w and the sum come.
  expect(seen.map(({ crossedBytes }) => crossedBytes)).toEqual(Array(3).fill(4 * (100 + 100 + 100 + 1)));
  tf.dispose([w, frozen]);
});

it('counts what is there at most at once: a chain has two of its values, a fan all', () => {
  const x = tf.tensor1d(new Float32Array(1000));
  const chain = () => [1, 2, 3, 4].reduce<tf.Tensor>((t) => t.sqrt(), x);
  // x is kept; of the others there are the one that is made and the one that it is made of.
  expect(costOf(chain).peakBytes).toBe(4 * 3000);
  seen.length = 0;
  const fan = () => tf.addN([x.sqrt(), x.exp(), x.square(), x.sin()]);
  expect(costOf(fan).peakBytes).toBeGreaterThanOrEqual(4 * 5000);
});
