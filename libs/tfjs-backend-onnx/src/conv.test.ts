import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, test } from 'vitest';
import {
  count,
  hostTensor,
  sameForward,
  sameInEachLayout,
  sameWithGradients,
  type Host,
  type Op,
} from './testing.ts';

const upTo = (max: number, min = 1) => fc.integer({ min, max });
const twoOf = (max: number): fc.Arbitrary<[number, number]> => fc.tuple(upTo(max), upTo(max));
type Pad = 'same' | 'valid' | number;
const pads = fc.oneof(fc.constantFrom<Pad[]>('same', 'valid'), upTo(2, 0));

/** The geometry of a convolution whose windows all fit the padded image. */
const geometry = fc
  .record({
    batch: upTo(3),
    image: twoOf(7),
    filter: twoOf(3),
    strides: twoOf(3),
    channels: fc.tuple(upTo(4), upTo(4)),
    pad: pads,
  })
  .map((g) => {
    // Of a number as pad tfjs derives both sides of the result from the filter's height and its stride
    const square = typeof g.pad === 'number';
    const [filter, strides] = [g.filter, g.strides].map(([a, b]): [number, number] => [a, square ? a : b]);
    // `valid` and small pads need an image as large as the filter
    const image = g.image.map((n, k) => Math.max(n, filter[k])) as [number, number];
    return { ...g, image, filter, strides };
  });
type Geometry = typeof geometry extends fc.Arbitrary<infer G> ? G : never;

const imageAndFilter = ({ batch, image, filter, channels: [inputs, outputs] }: Geometry) =>
  fc.tuple(hostTensor([batch, ...image, inputs]), hostTensor([...filter, inputs, outputs]));

/** Numbers that no two places of a tensor share. */
const waves = (shape: number[], pace: number): Host => ({
  shape,
  values: Array.from({ length: count(shape) }, (_, i) => Math.sin(pace * (i + 1))),
});

describe('conv2d', () => {
  const cases = geometry.chain((g) => fc.tuple(fc.constant(g), imageAndFilter(g)));

  test('and its gradients with respect to image and filter', () => {
    fc.assert(
      fc.property(cases, ([{ strides, pad }, inputs]) => {
        sameInEachLayout((x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad), inputs);
      }),
    );
  });

  test.each([1, 2])('of few channels, whose filter gradient is one product, stride %i', (stride) => {
    const op: Op = (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, 'same');
    sameInEachLayout((x, w) => op(x, w), [waves([2, 6, 5, 3], 1), waves([3, 2, 3, 12], 2)]);
  });

  // Whole blocks of channels or images take ONNX Runtime's blocked kernels: 16 of them with AVX-512, else 8.
  const inBlocks = fc.record({
    batch: fc.constantFrom(2, 16, 20, 32),
    channels: fc.tuple(fc.constantFrom(3, 16, 20, 32), fc.constantFrom(8, 16, 24, 48)),
    image: twoOf(6),
    filter: twoOf(3),
    stride: upTo(2),
    pad: pads,
  });
  test('of whole blocks of channels, with a bias, and its gradients', () => {
    fc.assert(
      fc.property(inBlocks, ({ batch, channels: [inputs, outputs], image, filter, stride, pad }) => {
        const side = typeof pad === 'number' ? [filter[0], filter[0]] : filter;
        const shape = [batch, ...image.map((n, k) => Math.max(n, side[k])), inputs];
        const op: Op = (x, w, b) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad).add(b);
        sameInEachLayout(op, [waves(shape, 1), waves([...side, inputs, outputs], 2), waves([outputs], 3)]);
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  test('with a bias per channel, which is fused', () => {
    fc.assert(
      fc.property(cases, ([{ strides, pad, channels }, inputs]) => {
        const bias = { shape: [channels[1]], values: Array.from({ length: channels[1] }, (_, i) => i - 1.5) };
        const op: Op = (x, w, b) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad).add(b);
        sameWithGradients(op, [...inputs, bias]);
      }),
    );
  });

  test('dilated', () => {
    fc.assert(
      fc.property(cases, twoOf(3), ([{ pad }, inputs], [rows, columns]) => {
        const [x, w] = inputs;
        const dilations: [number, number] = [rows, typeof pad === 'number' ? rows : columns];
        const fits = w.shape.slice(0, 2).every((n, k) => (n - 1) * dilations[k] < x.shape[1 + k]);
        fc.pre(fits);
        sameForward(
          (a, b) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, pad, 'NHWC', dilations),
          inputs,
        );
      }),
    );
  });

  test('with paddings of its own on each side', () => {
    const sides = fc.tuple(upTo(2, 0), upTo(2, 0), upTo(2, 0), upTo(2, 0));
    fc.assert(
      fc.property(cases, sides, ([{ strides }, inputs], [top, bottom, left, right]) => {
        const pad: tf.backend_util.ExplicitPadding = [
          [0, 0],
          [top, bottom],
          [left, right],
          [0, 0],
        ];
        sameForward((x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad), inputs);
      }),
    );
  });
});

test('conv2dTranspose and its gradients', () => {
  const cases = geometry.chain((g) => {
    const { batch, filter, image, channels, strides } = g;
    const shape = [batch, image[0] * strides[0], image[1] * strides[1], channels[0]];
    return fc.tuple(
      fc.constant({ strides, shape: shape as [number, number, number, number] }),
      fc.tuple(hostTensor([batch, ...image, channels[1]]), hostTensor([...filter, ...channels])),
    );
  });
  fc.assert(
    fc.property(cases, ([{ strides, shape }, inputs]) => {
      sameInEachLayout(
        (x, w) => tf.conv2dTranspose(x as tf.Tensor4D, w as tf.Tensor4D, shape, strides, 'same'),
        inputs,
      );
    }),
  );
});

test('conv2dTranspose of patches that do not overlap', () => {
  const cases = fc.record({ batch: upTo(3), image: twoOf(4), channels: twoOf(4), patch: upTo(3) });
  const withTensors = cases.chain((g) =>
    fc.tuple(
      fc.constant(g),
      fc.tuple(
        hostTensor([g.batch, ...g.image, g.channels[0]]),
        hostTensor([g.patch, g.patch, g.channels[1], g.channels[0]]),
      ),
    ),
  );
  fc.assert(
    fc.property(withTensors, ([{ batch, image, channels, patch }, inputs]) => {
      const shape: [number, number, number, number] = [
        batch,
        image[0] * patch,
        image[1] * patch,
        channels[1],
      ];
      sameInEachLayout(
        (x, w) => tf.conv2dTranspose(x as tf.Tensor4D, w as tf.Tensor4D, shape, patch, 'valid'),
        inputs,
      );
    }),
  );
});

test('depthwiseConv2d and its gradients', () => {
  // tfjs wants equal strides here
  const cases = geometry.chain((g) =>
    fc.tuple(
      fc.constant({ stride: g.strides[0], pad: g.pad }),
      fc.tuple(hostTensor([g.batch, ...g.image, g.channels[0]]), hostTensor([...g.filter, ...g.channels])),
    ),
  );
  fc.assert(
    fc.property(cases, ([{ stride, pad }, inputs]) => {
      sameInEachLayout((x, w) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad), inputs);
    }),
  );
});

test('depthwiseConv2d with a bias and an activation, fused', () => {
  const activations = fc.constantFrom<tf.fused.Activation[]>('linear', 'relu', 'relu6', 'prelu');
  const cases = geometry.chain((g) => {
    const outputs = g.channels[0] * g.channels[1];
    return fc.tuple(
      fc.record({ strides: fc.constant(g.strides[0]), pad: fc.constant(g.pad), activation: activations }),
      fc.tuple(
        hostTensor([g.batch, ...g.image, g.channels[0]]),
        hostTensor([...g.filter, ...g.channels]),
        hostTensor([outputs]),
        hostTensor([outputs]),
      ),
    );
  });
  fc.assert(
    fc.property(cases, ([{ activation, ...geometry }, inputs]) => {
      sameForward((x, filter, bias, slope) => {
        const tensors = { x: x as tf.Tensor4D, filter: filter as tf.Tensor4D, bias };
        const preluActivationWeights = activation === 'prelu' ? slope : undefined;
        return tf.fused.depthwiseConv2d({ ...tensors, ...geometry, activation, preluActivationWeights });
      }, inputs);
    }),
  );
});

describe('pooling', () => {
  const cases = geometry.chain((g) =>
    fc.tuple(fc.constant(g), hostTensor([g.batch, ...g.image, g.channels[0]])),
  );
  for (const [name, pool] of Object.entries({ avgPool: tf.avgPool, maxPool: tf.maxPool })) {
    test(name, () => {
      fc.assert(
        fc.property(cases, ([{ filter, strides, pad }, x]) => {
          // A window that lies in the padding altogether has no mean
          fc.pre(typeof pad !== 'number' || pad < Math.min(...filter));
          sameInEachLayout((image) => pool(image as tf.Tensor4D, filter, strides, pad), [x]);
        }),
      );
    });
  }
});

describe('resizing', () => {
  const cases = fc
    .record({ batch: upTo(2), from: twoOf(5), to: twoOf(9), channels: upTo(3) })
    .chain((g) => fc.tuple(fc.constant(g), hostTensor([g.batch, ...g.from, g.channels])));
  const corners = fc.constantFrom([false, false], [true, false], [false, true]);

  test('bilinear', () => {
    fc.assert(
      fc.property(cases, corners, ([{ to }, x], [align, half]) =>
        sameForward((image) => tf.image.resizeBilinear(image as tf.Tensor4D, to, align, half), [x]),
      ),
    );
  });

  test('to the nearest, by whole factors', () => {
    fc.assert(
      fc.property(cases, twoOf(3), ([{ from }, x], factors) => {
        const to: [number, number] = [from[0] * factors[0], from[1] * factors[1]];
        sameForward((image) => tf.image.resizeNearestNeighbor(image as tf.Tensor4D, to), [x]);
      }),
    );
  });
});
