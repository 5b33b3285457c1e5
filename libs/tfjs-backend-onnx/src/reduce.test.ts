import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, test } from 'vitest';
import {
  hostTensor,
  sameForward,
  sameInEachLayout,
  sameWithGradients,
  shapes,
  type Host,
  type Op,
} from './testing.ts';

const image = fc
  .tuple(...[1, 2, 3, 4].map(() => fc.integer({ min: 1, max: 4 })))
  .chain((s) => hostTensor([...s]));
const someAxes = fc.subarray([0, 1, 2, 3]);
type Reduction = (x: tf.Tensor, axes: number[], keepDims: boolean) => tf.Tensor;

const SMOOTH: Record<string, Reduction> = {
  sum: (x, axes, keep) => tf.sum(x, axes, keep),
  mean: (x, axes, keep) => tf.mean(x, axes, keep),
  logSumExp: (x, axes, keep) => tf.logSumExp(x, axes, keep),
  norm: (x, axes) => tf.sum(x.square(), axes).sqrt(),
  variance: (x, axes, keep) => tf.moments(x, axes, keep).variance,
};

describe('reductions over any axes', () => {
  for (const [name, reduce] of Object.entries(SMOOTH)) {
    test(name, () => {
      fc.assert(
        fc.property(image, someAxes, fc.boolean(), (x, axes, keep) =>
          sameInEachLayout((t) => reduce(t, axes, keep), [x]),
        ),
      );
    });
  }

  // Where several elements are largest their gradient is a matter of taste, and repetition makes them equal
  test('max, min and prod', () => {
    const product: Reduction = (x, axes, keep) => tf.prod(x, axes, keep);
    for (const reduce of [tf.max as Reduction, tf.min as Reduction, product]) {
      fc.assert(
        fc.property(image, someAxes, fc.boolean(), (x, axes, keep) =>
          sameForward((t) => reduce(t, axes, keep), [x]),
        ),
      );
    }
    for (const reduce of [tf.max, tf.min] as Reduction[]) {
      fc.assert(
        fc.property(image, someAxes, (x, axes) => sameWithGradients((t) => reduce(t, axes, false), [x])),
      );
    }
  });

  test('all and any', () => {
    const bools = image.map((x): Host => ({
      ...x,
      values: x.values.map((v) => Number(v > -1)),
      dtype: 'bool',
    }));
    for (const reduce of [tf.all, tf.any]) {
      fc.assert(
        fc.property(bools, someAxes, fc.boolean(), (x, axes, keep) =>
          sameForward((t) => reduce(t as tf.Tensor<tf.Rank>, axes, keep), [x]),
        ),
      );
    }
  });

  test('argMax and argMin', () => {
    const axis = fc.integer({ min: 0, max: 3 });
    for (const find of [tf.argMax, tf.argMin]) {
      fc.assert(fc.property(image, axis, (x, k) => sameForward((t) => find(t, k), [x])));
    }
  });

  test('cumsum', () => {
    const options = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.boolean(), fc.boolean());
    fc.assert(
      fc.property(image, options, (x, [axis, exclusive, reverse]) =>
        sameForward((t) => tf.cumsum(t, axis, exclusive, reverse), [x]),
      ),
    );
    // Of another axis tfjs gives the gradient transposed
    fc.assert(
      fc.property(image, options, (x, [, exclusive, reverse]) =>
        sameInEachLayout((t) => tf.cumsum(t, 3, exclusive, reverse), [x]),
      ),
    );
  });

  test('sums of integers', () => {
    const whole = image.map((x): Host => ({ ...x, values: x.values.map(Math.round), dtype: 'int32' }));
    fc.assert(fc.property(whole, someAxes, (x, axes) => sameForward((t) => tf.sum(t, axes), [x])));
  });
});

describe('softmax', () => {
  const ops: Record<string, Op> = { softmax: (x) => tf.softmax(x), logSoftmax: (x) => tf.logSoftmax(x) };
  for (const [name, op] of Object.entries(ops)) {
    test(name, () => {
      fc.assert(
        fc.property(
          shapes().chain((s) => hostTensor(s, -8, 8)),
          (x) => sameWithGradients(op, [x]),
        ),
      );
      fc.assert(fc.property(image, (x) => sameInEachLayout(op, [x])));
    });
  }

  test('cross-entropy', () => {
    const cases = fc
      .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 2, max: 6 }))
      .chain(([rows, classes]) => hostTensor([rows, classes], -6, 6));
    fc.assert(
      fc.property(cases, (logits) => {
        const [rows, classes] = logits.shape;
        const labels = () =>
          tf.oneHot(tf.range(0, rows, 1, 'int32').mod(tf.scalar(classes, 'int32')), classes);
        sameWithGradients((z) => tf.losses.softmaxCrossEntropy(labels(), z), [logits]);
      }),
    );
  });
});

describe('matMul', () => {
  const size = fc.integer({ min: 1, max: 6 });
  const batches = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 });
  const cases = fc
    .record({ batch: batches, n: size, k: size, m: size, turnA: fc.boolean(), turnB: fc.boolean() })
    .chain((g) => {
      const a = g.turnA ? [g.k, g.n] : [g.n, g.k];
      const b = g.turnB ? [g.m, g.k] : [g.k, g.m];
      return fc.tuple(
        fc.constant(g),
        fc.tuple(hostTensor([...g.batch, ...a]), hostTensor([...g.batch, ...b])),
      );
    });

  test('and its gradients', () => {
    fc.assert(
      fc.property(cases, ([{ turnA, turnB }, inputs]) =>
        sameWithGradients((a, b) => tf.matMul(a, b, turnA, turnB), inputs),
      ),
    );
  });

  // tfjs does not sum gradients over axes that were broadcast
  test('leading axes broadcast', () => {
    fc.assert(
      fc.property(cases, ([{ turnA, turnB, batch }, [a, b]]) => {
        fc.pre(batch.length > 0);
        const one = {
          shape: [...batch.map(() => 1), ...b.shape.slice(-2)],
          values: b.values.slice(0, b.shape.at(-1)! * b.shape.at(-2)!),
        };
        sameForward((x, y) => tf.matMul(x, y, turnA, turnB), [a, one]);
      }),
    );
  });

  test('attention over the positions of an image', () => {
    const cases = fc.record({
      batch: fc.integer({ min: 1, max: 2 }),
      side: fc.tuple(size, size),
      heads: size,
      d: size,
    });
    fc.assert(
      fc.property(
        cases.chain(({ batch, side, heads, d }) =>
          fc.tuple(fc.constant({ heads, d }), hostTensor([batch, ...side, 3 * heads * d])),
        ),
        ([{ heads, d }, qkv]) => {
          const [batch, height, width] = qkv.shape;
          const op: Op = (x) => {
            const [q, k, v] = tf
              .split(x, 3, 3)
              .map((part) => part.reshape([batch, height * width, heads, d]).transpose([0, 2, 1, 3]));
            const scores = tf.matMul(q, k, false, true).mul(1 / Math.sqrt(d));
            return tf
              .matMul(tf.softmax(scores), v)
              .transpose([0, 2, 1, 3])
              .reshape([batch, height, width, heads * d]);
          };
          sameInEachLayout(op, [qkv]);
        },
      ),
    );
  });
});
