import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, test } from 'vitest';
import {
  hostTensor,
  sameForward,
  sameWithGradients,
  shapes,
  SINE_TOLERANCE,
  type Host,
  type Op,
} from './testing.ts';

/** Operations with the interval in which they are smooth, so that no rounding puts them across a kink. */
const UNARY: [name: string, op: Op, low: number, high: number][] = [
  ['neg', tf.neg, -3, 3],
  ['exp', tf.exp, -3, 3],
  ['expm1', tf.expm1, -3, 3],
  ['log', tf.log, 0.1, 5],
  ['log1p', tf.log1p, -0.5, 5],
  ['sqrt', tf.sqrt, 0.1, 5],
  ['rsqrt', tf.rsqrt, 0.1, 5],
  ['square', tf.square, -3, 3],
  ['reciprocal', tf.reciprocal, 0.2, 3],
  ['abs', tf.abs, 0.1, 3],
  ['sign', tf.sign, 0.1, 3],
  ['sin', tf.sin, -3, 3],
  ['cos', tf.cos, -3, 3],
  ['tan', tf.tan, -1, 1],
  ['asin', tf.asin, -0.9, 0.9],
  ['acos', tf.acos, -0.9, 0.9],
  ['atan', tf.atan, -3, 3],
  ['sinh', tf.sinh, -3, 3],
  ['cosh', tf.cosh, -3, 3],
  ['tanh', tf.tanh, -3, 3],
  ['asinh', tf.asinh, -3, 3],
  ['acosh', tf.acosh, 1.1, 3],
  ['atanh', tf.atanh, -0.9, 0.9],
  ['sigmoid', tf.sigmoid, -5, 5],
  ['softplus', tf.softplus, -5, 5],
  ['relu', tf.relu, -3, 3],
  ['relu6', tf.relu6, -3, 9],
  ['elu', tf.elu, -3, 3],
  ['leakyRelu', (x) => tf.leakyRelu(x, 0.1), -3, 3],
  ['step', (x) => tf.step(x), 0.1, 3],
  ['clip', (x) => tf.clipByValue(x, -1, 1), -3, 3],
  ['erf', tf.erf, -2, 2],
  ['floor', tf.floor, -3, 3],
  ['ceil', tf.ceil, -3, 3],
  ['selu', tf.selu, -3, 3],
];

describe('one tensor', () => {
  for (const [name, op, low, high] of UNARY) {
    test(name, () => {
      fc.assert(
        fc.property(
          shapes().chain((s) => hostTensor(s, low, high)),
          (x) => sameWithGradients(op, [x], op === tf.sin || op === tf.cos ? SINE_TOLERANCE : undefined),
        ),
      );
    });
  }

  test('predicates and rounding, at their edges', () => {
    const x: Host = { shape: [9], values: [-2.5, -1.5, -0.5, -0, 0, 0.5, 1.5, 2.5, 3] };
    for (const op of [tf.round, tf.sign, (t: tf.Tensor) => tf.step(t, 0.3)]) sameForward(op, [x]);
    const wild: Host = { shape: [5], values: [NaN, Infinity, -Infinity, 0, 1] };
    for (const op of [tf.isNaN, tf.isInf, tf.isFinite]) sameForward(op, [wild]);
  });

  test('casts', () => {
    const x: Host = { shape: [6], values: [-2.7, -0.2, 0, 0.2, 1, 2.7] };
    for (const to of ['int32', 'bool', 'float32'] as const) sameForward((t) => tf.cast(t, to), [x]);
  });
});

/** Two shapes that broadcast: some axes of either are 1, and either may lack leading axes. */
const broadcastable = fc
  .record({
    shape: shapes(),
    onesA: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    onesB: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    drop: fc.integer({ min: 0, max: 3 }),
    swap: fc.boolean(),
  })
  .map(({ shape, onesA, onesB, drop, swap }) => {
    const a = shape.map((n, k) => (onesA[k] && !onesB[k] ? 1 : n));
    const b = shape.map((n, k) => (onesB[k] ? 1 : n)).slice(Math.min(drop, shape.length - 1));
    return swap ? [b, a] : [a, b];
  });

const pair = (low: number, high: number) =>
  broadcastable.chain(([a, b]) => fc.tuple(hostTensor(a, low, high), hostTensor(b, low, high)));

const BINARY: [name: string, op: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, low: number, high: number][] = [
  ['add', tf.add, -3, 3],
  ['sub', tf.sub, -3, 3],
  ['mul', tf.mul, -3, 3],
  ['div', tf.div, 0.3, 3],
  ['pow', tf.pow, 0.3, 2],
  ['atan2', tf.atan2, 0.3, 3],
];

describe('two tensors, broadcast', () => {
  for (const [name, op, low, high] of BINARY) {
    test(name, () => {
      fc.assert(fc.property(pair(low, high), (inputs) => sameWithGradients(op as Op, inputs)));
    });
  }

  // tfjs does not sum their gradients over the axes that were broadcast
  for (const op of [tf.maximum, tf.minimum, tf.squaredDifference] as Op[]) {
    test(op.name, () => {
      fc.assert(fc.property(pair(-3, 3), (inputs) => sameForward(op, inputs)));
      const same = shapes().chain((s) => fc.tuple(hostTensor(s), hostTensor(s)));
      fc.assert(fc.property(same, (inputs) => sameWithGradients(op, inputs)));
    });
  }

  test('comparisons', () => {
    const whole = pair(-2, 2).map((both) => both.map((x) => ({ ...x, values: x.values.map(Math.round) })));
    const ops = [tf.greater, tf.greaterEqual, tf.less, tf.lessEqual, tf.equal, tf.notEqual];
    fc.assert(fc.property(whole, (inputs) => ops.forEach((op) => sameForward(op as Op, inputs))));
  });

  test('logic', () => {
    const bools = pair(0, 1).map((both) =>
      both.map((x): Host => ({ ...x, values: x.values.map(Math.round), dtype: 'bool' })),
    );
    const ops = [tf.logicalAnd, tf.logicalOr, tf.logicalXor];
    fc.assert(fc.property(bools, (inputs) => ops.forEach((op) => sameForward(op as Op, inputs))));
  });

  test('integers divide and leave remainders as tfjs does, signs included', () => {
    const a: Host = { shape: [6], values: [7, -7, 7, -7, 6, 0], dtype: 'int32' };
    const b: Host = { shape: [6], values: [3, 3, -3, -3, 3, 5], dtype: 'int32' };
    for (const op of [tf.floorDiv, tf.mod, tf.div, tf.mul, tf.maximum]) sameForward(op as Op, [a, b]);
  });

  test('prelu', () => {
    fc.assert(
      fc.property(
        shapes({ min: 4, max: 4 }).chain((s) => fc.tuple(hostTensor(s), hostTensor([1, 1, s[3]]))),
        (inputs) => sameWithGradients((x, alpha) => tf.prelu(x, alpha), inputs),
      ),
    );
  });

  test('where', () => {
    fc.assert(
      fc.property(
        shapes().chain((s) => fc.tuple(hostTensor(s), hostTensor(s))),
        (inputs) => {
          const everyThird = inputs[0].values.map((_, i) => (i % 3 === 0 ? 1 : 0));
          sameWithGradients((a, b) => tf.where(tf.tensor(everyThird, a.shape, 'bool'), a, b), inputs);
        },
      ),
    );
  });
});
