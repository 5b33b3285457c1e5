import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import '@tensorflow/tfjs-backend-cpu';
import fc from 'fast-check';
import { registerOnnxBackend, type Provider } from './index.ts';

/** Where the suites compute: `nx run tfjs-backend-onnx:test-webgpu` sets it. */
export const PROVIDER = (process.env.ONNX_TEST_PROVIDER ?? 'cpu') as Provider;
const BACKEND = registerOnnxBackend({ threads: 1, provider: PROVIDER });
tf.enableProdMode();
// The same cases every time
fc.configureGlobal({ seed: 20_26, numRuns: 25 });

/** A tensor's content, apart from any backend. */
export interface Host {
  shape: number[];
  values: number[];
  dtype?: 'float32' | 'int32' | 'bool';
}

export const count = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** A float32 tensor of a shape, its elements within [low, high]. */
export const hostTensor = (shape: number[], low = -2, high = 2): fc.Arbitrary<Host> =>
  fc
    .array(fc.double({ min: low, max: high, noNaN: true }), {
      minLength: count(shape),
      maxLength: count(shape),
      size: 'max',
    })
    .map((values) => ({ shape, values: Array.from(Float32Array.from(values), flushed) }));

/** WGSL allows a device to take numbers below float32's normal range for 0, as SwiftShader does: squares of these are below it. */
const flushed = (value: number): number => (PROVIDER === 'webgpu' && Math.abs(value) < 2 ** -63 ? 0 : value);

/** Shapes of one to four axes. */
export const shapes = (rank: { min: number; max: number } = { min: 1, max: 4 }): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 1, max: 5 }), { minLength: rank.min, maxLength: rank.max });

const tensorOf = ({ shape, values, dtype = 'float32' }: Host): tf.Tensor => tf.tensor(values, shape, dtype);

/** Runs on a backend and returns what came out, shapes included. */
export function on(backend: 'cpu' | 'onnx', run: () => tf.Tensor | tf.Tensor[]): Host[] {
  tf.setBackend(backend === 'onnx' ? BACKEND : backend);
  return tf.tidy(() =>
    [run()]
      .flat()
      .map((t) => ({ shape: t.shape, values: Array.from(t.dataSync()), dtype: t.dtype as 'int32' })),
  );
}

/** Largest difference relative to the largest magnitude expected, at least 1. Equal infinities and NaNs agree. */
export function relativeError(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Infinity;
  let [worst, scale] = [0, 1];
  expected.forEach((e, i) => {
    const a = actual[i];
    if (Object.is(a, e) || a === e) return;
    if (!Number.isFinite(a) || !Number.isFinite(e)) worst = Infinity;
    scale = Math.max(scale, Math.abs(e));
    worst = Math.max(worst, Math.abs(a - e));
  });
  return worst / scale;
}

function expectClose(actual: Host[], expected: Host[], what: string, tolerance: number): void {
  expected.forEach((e, i) => {
    const a = actual[i];
    const error = relativeError(a.values, e.values);
    const same = a.dtype === e.dtype && String(a.shape) === String(e.shape);
    if (!same || !(error <= tolerance)) {
      throw new Error(
        `${what} ${i}: relative error ${error}; ${a.dtype}[${a.shape}] ${a.values.slice(0, 6)} ` +
          `instead of ${e.dtype}[${e.shape}] ${e.values.slice(0, 6)}`,
      );
    }
  });
}

const TOLERANCE = 1e-4;
/** Of sines and cosines: WGSL allows an absolute error of 2⁻¹¹, and SwiftShader makes one of 1e-4. */
export const SINE_TOLERANCE = PROVIDER === 'webgpu' ? 2 ** -11 : TOLERANCE;

export type Op = (...inputs: tf.Tensor[]) => tf.Tensor;

/** Throws unless an operation gives the same on onnx as on cpu. */
export function sameForward(
  op: (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[],
  inputs: Host[],
  tolerance = TOLERANCE,
): void {
  const run = () => op(...inputs.map(tensorOf));
  expectClose(on('onnx', run), on('cpu', run), 'result', tolerance);
}

/** Throws unless an operation and its gradients with respect to each input are the same on onnx as on cpu. */
export function sameWithGradients(op: Op, inputs: Host[], tolerance = TOLERANCE): void {
  sameForward(op, inputs, tolerance);
  const run = () => {
    const tensors = inputs.map(tensorOf);
    const y = op(...tensors);
    const dy = tf.tensor(
      Array.from({ length: y.size }, (_, i) => Math.sin(1 + 7 * i)),
      y.shape,
    );
    return tf.grads(op)(tensors, dy);
  };
  expectClose(on('onnx', run), on('cpu', run), 'gradient', tolerance);
}

/** How a value of [B,H,W,C] may reach a kernel, by what is done to a tensor of that shape before. */
export const LAYOUTS: Record<string, Op> = {
  'as it is': (x) => x,
  // The identity, whose result is computed as [B,C,H,W]
  'channels first': (x) => {
    const channels = x.shape[3]!;
    const filter = tf.eye(channels).reshape<tf.Tensor4D>([1, 1, channels, channels]);
    return tf.conv2d(x as tf.Tensor4D, filter, 1, 'valid');
  },
  // Its first row, which is repeated only where a kernel needs it to be
  repeated: (x) => {
    const row = tf.slice(x, [0, 0, 0, 0], [-1, 1, -1, -1]);
    return tf.broadcastTo(row, x.shape);
  },
};

/** Checks an operation on an image in each layout, and its gradients. */
export function sameInEachLayout(op: Op, [image, ...others]: Host[]): void {
  for (const layOut of Object.values(LAYOUTS)) {
    sameWithGradients((x, ...rest) => op(layOut(x), ...rest), [image, ...others]);
  }
}
