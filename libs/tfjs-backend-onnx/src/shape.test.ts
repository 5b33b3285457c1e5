import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, test } from 'vitest';
import {
  count,
  LAYOUTS,
  hostTensor,
  sameForward,
  sameInEachLayout,
  sameWithGradients,
  shapes,
  type Op,
} from './testing.ts';

const images = fc.tuple(...[1, 2, 3, 4].map(() => fc.integer({ min: 1, max: 4 })));
const fractions = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 8, maxLength: 8 });

/** Tests an operation, made from an image's shape and random fractions, in each layout. */
const onImages = (name: string, make: (shape: number[], random: number[]) => Op): void =>
  test(name, () => {
    const cases = images.chain((shape) =>
      fc.tuple(fc.constant([...shape]), hostTensor([...shape]), fractions),
    );
    fc.assert(fc.property(cases, ([shape, x, random]) => sameInEachLayout(make([...shape], random), [x])));
  });

/** A permutation of 0 … n-1. */
const shuffled = (random: number[], n: number): number[] =>
  Array.from({ length: n }, (_, k) => k).sort((a, b) => random[a] - random[b]);
const below = (fraction: number, n: number): number => Math.floor(fraction * n);

describe('one image', () => {
  // tfjs has no gradient of it
  test('stridedSlice', () => {
    const cases = images.chain((shape) => fc.tuple(hostTensor([...shape]), fractions));
    fc.assert(
      fc.property(cases, ([x, random]) => {
        const begin = x.shape.map((n, k) => below(random[k], n));
        const strides = x.shape.map((_, k) => 1 + below(random[4 + k], 3));
        for (const layOut of Object.values(LAYOUTS)) {
          sameForward((t) => tf.stridedSlice(layOut(t), begin, x.shape, strides), [x]);
        }
      }),
    );
  });
  onImages('reshape', ([b, h, w, c], [r]) => {
    const to = [
      [b * h * w * c],
      [b, h * w, c],
      [b * h, w * c],
      [c, b, w, h],
      [b, h, w, 1, c],
      [1, b * h * w, c],
    ];
    return (x) => tf.reshape(x, to[below(r, to.length)]);
  });
  onImages('transpose', (_, random) => (x) => tf.transpose(x, shuffled(random, 4)));
  onImages('transpose and back', (_, random) => {
    const perm = shuffled(random, 4);
    const back = [0, 1, 2, 3].map((k) => perm.indexOf(k));
    return (x) => tf.transpose(tf.transpose(x, perm).mul(2), back);
  });
  onImages('slice', (shape, random) => {
    const begin = shape.map((n, k) => below(random[k], n));
    const size = shape.map((n, k) => 1 + below(random[4 + k], n - begin[k]));
    return (x) => tf.slice(x, begin, size);
  });
  onImages('pad', (_, random) => {
    const paddings = [0, 1, 2, 3].map(
      (k) => [below(random[k], 3), below(random[4 + k], 3)] as [number, number],
    );
    return (x) => tf.pad(x, paddings, 0.5);
  });
  onImages(
    'tile',
    (_, random) => (x) =>
      tf.tile(
        x,
        random.slice(0, 4).map((r) => 1 + below(r, 3)),
      ),
  );
  onImages(
    'reverse',
    (_, random) => (x) =>
      tf.reverse(
        x,
        [0, 1, 2, 3].filter((k) => random[k] < 0.5),
      ),
  );
  onImages('split and join in another order', (shape, random) => {
    const axis = below(random[0], 4);
    const first = below(random[1], shape[axis] + 1);
    return (x) => tf.concat(tf.split(x, [first, shape[axis] - first], axis).reverse(), axis);
  });
  onImages('unstack and stack', (shape, random) => {
    const [from, to] = [below(random[0], 4), below(random[1], 4)];
    if (shape[from] === 1) return (x) => x.clone(); // of which tfjs has no gradient
    return (x) => tf.stack(tf.unstack(x, from), to);
  });
  onImages('concat with what has another layout', (_, random) => {
    const axis = below(random[0], 4);
    return (x) => tf.concat([x, tf.transpose(tf.transpose(x, [3, 2, 1, 0]).square(), [3, 2, 1, 0])], axis);
  });
  onImages('expandDims and squeeze', (_, random) => {
    const axis = below(random[0], 5);
    return (x) => tf.squeeze(tf.expandDims(x, axis).mul(3));
  });
  onImages('gather, with repetitions', (shape, random) => {
    const axis = below(random[0], 4);
    const indices = random.slice(1).map((r) => below(r, shape[axis]));
    return (x) => tf.gather(x, tf.tensor1d(indices, 'int32'), axis);
  });
});

test('broadcastTo', () => {
  const cases = shapes().chain((to) =>
    fc
      .tuple(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), fc.integer({ min: 0, max: 3 }))
      .map(([ones, drop]) => to.map((n, k) => (ones[k] ? 1 : n)).slice(Math.min(drop, to.length - 1)))
      .chain((from) => fc.tuple(fc.constant(to), hostTensor(from))),
  );
  // Behind it what needs every element, and what does not
  for (const use of [
    (x: tf.Tensor) => x.square(),
    (x: tf.Tensor) => tf.cumsum(x, x.rank - 1),
    (x: tf.Tensor) => x.sum(0),
  ]) {
    fc.assert(
      fc.property(cases, ([to, x]) =>
        sameWithGradients((small) => use(tf.broadcastTo(small, to as [number])), [x]),
      ),
    );
  }
});

test('unsortedSegmentSum, ids outside counting for none', () => {
  const cases = shapes().chain((shape) =>
    fc.tuple(
      hostTensor(shape),
      fc.array(fc.integer({ min: -1, max: 4 }), { minLength: shape[0], maxLength: shape[0] }),
    ),
  );
  fc.assert(
    fc.property(cases, ([x, ids]) =>
      sameForward((rows) => tf.unsortedSegmentSum(rows, tf.tensor1d(ids, 'int32'), 4), [x]),
    ),
  );
});

test('oneHot, equal and argMax of it', () => {
  const ids = fc.array(fc.integer({ min: -1, max: 5 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(ids, (list) => {
      const x = { shape: [list.length], values: list, dtype: 'int32' as const };
      sameForward((t) => tf.oneHot(t as tf.Tensor1D, 5), [x]);
      sameForward((t) => tf.oneHot(t as tf.Tensor1D, 5, 0.9, 0.1, 'float32'), [x]);
      sameForward((t) => tf.argMax(tf.oneHot(t as tf.Tensor1D, 5), 1).equal(t), [x]);
    }),
  );
});

test('a chain of operations on images', () => {
  const channelsOf = (x: tf.Tensor) => x.shape[3]!;
  const weights = (n: number, m: number) =>
    tf.tensor(
      Array.from({ length: 9 * n * m }, (_, i) => 0.5 * Math.sin(1 + 3 * i)),
      [3, 3, n, m],
    ) as tf.Tensor4D;
  const perChannel = (x: tf.Tensor) => tf.mean(x, [1, 2], true);
  const LINKS: Op[] = [
    (x) => tf.conv2d(x as tf.Tensor4D, weights(channelsOf(x), 2), 1, 1),
    (x) => tf.conv2d(x as tf.Tensor4D, weights(channelsOf(x), 3), 2, 1),
    (x) => x.sub(perChannel(x)).mul(perChannel(x.square()).add(1e-3).rsqrt()),
    (x) => x.mul(tf.sigmoid(x)),
    (x) => tf.concat([x, tf.tanh(x)], 3),
    (x) => x.add(tf.tensor1d(Array.from({ length: channelsOf(x) }, (_, i) => i))),
    (x) => tf.transpose(x, [0, 2, 1, 3]),
    (x) => tf.slice(x, [0, 0, 0, 0], [-1, -1, -1, Math.ceil(channelsOf(x) / 2)]),
    (x) => tf.reshape(tf.softmax(tf.reshape(x, [x.shape[0], -1, channelsOf(x)])), x.shape),
    (x) =>
      tf.pad(x, [
        [0, 0],
        [1, 0],
        [0, 1],
        [0, 0],
      ]),
    (x) => x.mul(tf.max(x, 3, true)).sub(tf.mean(x, 0)),
  ];
  const cases = images.chain((shape) =>
    fc.tuple(
      hostTensor([...shape]),
      fc.array(fc.integer({ min: 0, max: LINKS.length - 1 }), { minLength: 2, maxLength: 6 }),
    ),
  );
  fc.assert(
    fc.property(cases, ([x, chain]) => {
      sameWithGradients((image) => chain.reduce((h, k) => LINKS[k](h), image), [x]);
    }),
    { numRuns: 60 },
  );
});

test('an image of no elements', () => {
  const x = { shape: [0, 3], values: [] };
  sameForward((t) => tf.concat([t, tf.ones([2, 3])], 0), [x]);
  sameForward((t) => tf.reshape(t, [3, count([0])]), [x]);
});
