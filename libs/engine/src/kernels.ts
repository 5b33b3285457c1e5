import * as tf from '@tensorflow/tfjs-core';
import type { KernelBackend, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';

/**
 * Kernels that training needs and tfjs's wasm engine lacks, composed from those it has.
 */
const WASM = 'wasm';

/** Runs wasm kernels one after another and frees what was made on the way. */
class Kernels {
  private readonly made: TensorInfo[] = [];

  constructor(private readonly backend: KernelBackend) {}

  run(name: string, inputs: Record<string, TensorInfo> | TensorInfo[], attrs: NamedAttrMap = {}): TensorInfo {
    const kernel = tf.getKernel(name, WASM);
    const output = kernel.kernelFunc({
      inputs: inputs as Record<string, TensorInfo>,
      attrs,
      backend: this.backend,
    });
    const info = Array.isArray(output) ? output[0] : output;
    this.made.push(info);
    return info;
  }

  /** The result, after everything else was freed. */
  finish(result: TensorInfo): TensorInfo {
    for (const info of this.made) {
      // Kernels such as Reshape share their input's data and count a reference; each is given back once.
      if (info !== result) this.backend.disposeData(info.dataId);
    }
    return result;
  }
}

interface KernelArguments {
  inputs: Record<string, TensorInfo>;
  attrs?: NamedAttrMap;
  backend: unknown;
}

/**
 * dW of a convolution: x [B,H,W,I] and dy [B,P,Q,O] → [kh,kw,I,O]. For each tap of the filter a strided
 * window of x, laid out channels first so that no tap needs a transposition, times dy.
 */
function conv2dBackpropFilter({ inputs, attrs, backend }: KernelArguments): TensorInfo {
  const { x, dy } = inputs;
  const { strides, pad, dimRoundingMode, filterShape } = attrs as unknown as {
    strides: number | [number, number];
    pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
    filterShape: [number, number, number, number];
  };
  const shape = x.shape as [number, number, number, number];
  const conv = tf.backend_util.computeConv2DInfo(shape, filterShape, strides, 1, pad, dimRoundingMode);
  const { batchSize, outHeight, outWidth, strideHeight, strideWidth, padInfo } = conv;
  const [kh, kw, channels, filters] = filterShape;
  const k = new Kernels(backend as KernelBackend);

  const channelsFirst = k.run('Transpose', { x }, { perm: [3, 0, 1, 2] }); // [I,B,H,W]
  const paddings = [
    [0, 0],
    [0, 0],
    [padInfo.top, padInfo.bottom],
    [padInfo.left, padInfo.right],
  ];
  const padded = k.run('PadV2', { x: channelsFirst }, { paddings, constantValue: 0 });
  const positions = batchSize * outHeight * outWidth;
  const dyRows = k.run('Reshape', { x: dy }, { shape: [1, positions, filters] });
  const taps: TensorInfo[] = [];
  for (let r = 0; r < kh; r++) {
    for (let c = 0; c < kw; c++) {
      const window = k.run(
        'StridedSlice',
        { x: padded },
        {
          begin: [0, 0, r, c],
          end: [
            channels,
            batchSize,
            r + (outHeight - 1) * strideHeight + 1,
            c + (outWidth - 1) * strideWidth + 1,
          ],
          strides: [1, 1, strideHeight, strideWidth],
          beginMask: 0,
          endMask: 0,
          ellipsisMask: 0,
          newAxisMask: 0,
          shrinkAxisMask: 0,
        },
      );
      const rows = k.run('Reshape', { x: window }, { shape: [1, channels, positions] });
      taps.push(k.run('BatchMatMul', { a: rows, b: dyRows }, { transposeA: false, transposeB: false }));
    }
  }
  const stacked = k.run('Concat', taps, { axis: 0 });
  return k.finish(k.run('Reshape', { x: stacked }, { shape: filterShape }));
}

/** Sums rows by segment, x [N,...] and ids [N] → [S,...], as a product with the one-hot matrix of the ids. */
function unsortedSegmentSum({ inputs, attrs, backend }: KernelArguments): TensorInfo {
  const { x, segmentIds } = inputs;
  const { numSegments } = attrs as unknown as { numSegments: number };
  const k = new Kernels(backend as KernelBackend);
  const n = segmentIds.shape[0];
  const values = k.run('Cast', { x }, { dtype: 'float32' });
  const rows = k.run('Reshape', { x: values }, { shape: [1, n, tf.util.sizeFromShape(x.shape) / n] });
  const attributes = { dtype: 'int32' as const, depth: numSegments, onValue: 1, offValue: 0 }; // writes integers only
  const oneHot = k.run('OneHot', { indices: segmentIds }, attributes);
  const weights = k.run('Cast', { x: oneHot }, { dtype: 'float32' });
  const bySegment = k.run('Transpose', { x: weights }, { perm: [1, 0] });
  const left = k.run('Reshape', { x: bySegment }, { shape: [1, numSegments, n] });
  const sums = k.run('BatchMatMul', { a: left, b: rows }, { transposeA: false, transposeB: false });
  const cast = k.run('Cast', { x: sums }, { dtype: x.dtype });
  return k.finish(k.run('Reshape', { x: cast }, { shape: [numSegments, ...x.shape.slice(1)] }));
}

/** Matrix products without transposed operands, for which wasm is 50 times slower (measured at 1024³). */
function batchMatMul(original: tf.KernelFunc): tf.KernelFunc {
  return ({ inputs: { a: left, b: right }, attrs, backend }) => {
    const { transposeA, transposeB } = attrs as unknown as { transposeA: boolean; transposeB: boolean };
    const k = new Kernels(backend as KernelBackend);
    const flipped = (x: TensorInfo): TensorInfo => {
      const rank = x.shape.length;
      const perm = [...x.shape.keys()].slice(0, rank - 2).concat(rank - 1, rank - 2);
      return k.run('Transpose', { x }, { perm });
    };
    const a = transposeA ? flipped(left!) : left;
    const b = transposeB ? flipped(right!) : right;
    const product = original({ inputs: { a, b }, attrs: { transposeA: false, transposeB: false }, backend });
    return k.finish(product as TensorInfo);
  };
}

/** Registers the missing kernels for wasm and replaces its matrix product. Call once, after the backend is ready. */
export function registerWasmKernels(): void {
  const register = (kernelName: string, kernelFunc: unknown) =>
    tf.registerKernel({ kernelName, backendName: WASM, kernelFunc: kernelFunc as tf.KernelFunc });
  const original = tf.getKernel('BatchMatMul', WASM).kernelFunc;
  tf.unregisterKernel('BatchMatMul', WASM);
  register('BatchMatMul', batchMatMul(original));
  register('Conv2DBackpropFilter', conv2dBackpropFilter);
  register('UnsortedSegmentSum', unsortedSegmentSum);
}
