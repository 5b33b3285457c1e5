import * as tf from '@tensorflow/tfjs-core';

/** A square part of square pictures, in shares of their side: from `from` on, `side` wide. It may reach beyond. */
export interface Window {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}
export const WHOLE: Window = { x: 0, y: 0, side: 1 };

/**
 * Weights [output,input] of linear interpolation along one axis, of `side` of the input's length from `from` on (shares). Beyond the
 * edge the last value holds. Where it shrinks, an output is the mean over the input that it covers, as in an antialiased resize.
 */
export function interpolation(input: number, output: number, from: number, side: number): Float32Array {
  const weights = new Float32Array(output * input);
  const step = (side * input) / output;
  const samples = Math.max(1, Math.ceil(step));
  for (let o = 0; o < output; o++) {
    for (let k = 0; k < samples; k++) {
      const position = from * input + (o + (k + 0.5) / samples) * step - 0.5;
      const x = Math.min(input - 1, Math.max(0, position));
      const left = Math.min(input - 1, Math.floor(x));
      weights[o * input + left] += (1 - (x - left)) / samples;
      if (left + 1 < input) weights[o * input + left + 1] += (x - left) / samples;
    }
  }
  return weights;
}

/**
 * A window of square pictures at another size: [B,S,S,C] → [B,size,size,C]. Two matrix products, so it is linear, has its exact
 * gradient on every engine, and compiles with what surrounds it.
 */
export function resample(images: tf.Tensor4D, size: number, window: Window = WHOLE): tf.Tensor4D {
  const [batch, height, width, channels] = images.shape;
  if (height === size && width === size && window === WHOLE) return images;
  const rows = tf.tensor2d(interpolation(height, size, window.y, window.side), [size, height]);
  const columns = tf.tensor2d(interpolation(width, size, window.x, window.side), [size, width]);
  // [B,H,W,C] → [B,C,H,W] → rows·x·columnsᵀ → [B,size,size,C]
  const planes = images.transpose([0, 3, 1, 2]).reshape([batch * channels * height, width]);
  const wide = tf.matMul(planes, columns, false, true).reshape([batch * channels, height, size]);
  const tall = tf.matMul(
    wide.transpose([0, 2, 1]).reshape([batch * channels * size, height]),
    rows,
    false,
    true,
  );
  return tall.reshape([batch, channels, size, size]).transpose<tf.Tensor4D>([0, 3, 2, 1]);
}
