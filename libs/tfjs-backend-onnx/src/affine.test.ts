import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostTensor, on, PROVIDER, sameWithGradients, type Host } from './testing.ts';

/** An image as a convolution leaves it, channels first: each channel is taken on by a filter that is 1 for it. */
function fromConvolution(image: tf.Tensor4D): tf.Tensor4D {
  const [, , , channels] = image.shape;
  return tf.conv2d(image, tf.eye(channels).reshape<tf.Tensor4D>([1, 1, channels, channels]), 1, 'valid');
}

const image = ({ shape, values }: Host) => tf.tensor4d(values, shape as [number, number, number, number]);
const tensor = ({ shape, values }: Host) => tf.tensor(values, shape);

/** Images, and one number for each channel of them or of each image. */
const parts = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    side: fc.integer({ min: 7, max: 10 }),
    channels: fc.integer({ min: 1, max: 5 }),
    apart: fc.tuple(fc.boolean(), fc.boolean()),
  })
  .chain(({ batch, side, channels, apart }) => {
    const [scale, shift] = apart.map((own) => (own ? [batch, 1, 1, channels] : [channels]));
    return fc.tuple(hostTensor([batch, side, side, channels]), hostTensor(scale), hostTensor(shift));
  });

describe('an image that is scaled and shifted by channel', () => {
  test.skipIf(PROVIDER !== 'cpu')('is rounded after the product and after the sum, to the last bit', () => {
    fc.assert(
      fc.property(parts, ([x, scale, shift]) => {
        const [actual] = on('onnx', () => fromConvolution(image(x)).mul(tensor(scale)).add(tensor(shift)));
        const [pixels, channels] = [x.shape[1] * x.shape[2], x.shape[3]];
        const of = ({ shape, values }: Host, i: number) => {
          const own = shape.length === 1 ? 0 : Math.floor(i / (pixels * channels)) * channels;
          return values[own + (i % channels)];
        };
        const expected = x.values.map((v, i) => Math.fround(Math.fround(v * of(scale, i)) + of(shift, i)));
        expect(actual.values.map((v) => v + 0)).toEqual(expected.map((v) => v + 0));
      }),
    );
  });

  test('has the gradients of a product and a sum', () => {
    fc.assert(
      fc.property(parts, (inputs) =>
        sameWithGradients(
          (x, scale, shift) =>
            fromConvolution(x as tf.Tensor4D)
              .mul(scale)
              .add(shift),
          inputs,
        ),
      ),
    );
  });

  test('may be used as the product, too', () => {
    const [x, scale, shift]: Host[] = [[2, 8, 8, 3], [3], [3]].map((shape) => ({
      shape,
      values: Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.sin(i)),
    }));
    sameWithGradients(
      (...given) => {
        const product = fromConvolution(given[0] as tf.Tensor4D).mul(given[1]);
        return product.add(given[2]).mul(product);
      },
      [x, scale, shift],
    );
  });
});
