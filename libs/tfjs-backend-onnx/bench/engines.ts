import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { registerOnnxBackend, type Provider } from '../src/index.ts';

const require = createRequire(import.meta.url);

const PROVIDERS: Record<string, Provider> = { onnx: 'cpu', 'onnx-webgpu': 'webgpu', 'onnx-cuda': 'cuda' };

/** Makes an engine the current one. */
export async function start(engine: string, threads: number): Promise<void> {
  tf.enableProdMode();
  if (engine === 'wasm') {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
    registerFilterGradient();
  }
  const provider = PROVIDERS[engine];
  if (provider !== undefined)
    registerOnnxBackend({
      threads,
      provider,
      runtime: process.env.ORT_RUNTIME,
      profile: process.env.ORT_PROFILE,
      optimisation: process.env.ORT_OPT as never,
    });
  if (!(await tf.setBackend(engine))) throw new Error(`there is no engine ${engine}`);
}

type Image = tf.Tensor4D;

/**
 * tfjs's wasm backend lacks Conv2DBackpropFilter, so on wasm the gradient of a convolution with respect to its
 * filter is made of kernels that it has: for each tap of the filter a strided window of x times dy.
 */
function registerFilterGradient(): void {
  tf.unregisterGradient('Conv2D');
  tf.registerGradient({
    kernelName: 'Conv2D',
    inputsToSave: ['x', 'filter'],
    gradFunc: (dy, saved, { strides, pad }) => {
      const [x, filter] = saved as [Image, Image];
      const [s, p] = [strides as [number, number], pad as number];
      return {
        x: () => tf.conv2dTranspose(dy as Image, filter, x.shape, s, p),
        filter: () => filterGradient(x, dy as Image, filter.shape, s, p),
      };
    },
  });
  // Of the transposed convolution, whose windows are those of dy
  tf.unregisterGradient('Conv2DBackpropInput');
  tf.registerGradient({
    kernelName: 'Conv2DBackpropInput',
    inputsToSave: ['dy', 'filter'],
    gradFunc: (ddx, saved, { strides, pad }) => {
      const [dy, filter] = saved as [Image, Image];
      const [s, p] = [strides as [number, number], pad as number];
      return {
        dy: () => tf.conv2d(ddx as Image, filter, s, p),
        filter: () => filterGradient(ddx as Image, dy, filter.shape, s, p),
      };
    },
  });
}

function filterGradient(
  x: Image,
  dy: Image,
  filterShape: Image['shape'],
  strides: [number, number],
  pad: number,
): Image {
  const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad);
  const { batchSize, inChannels, outChannels, outHeight, outWidth, strideHeight, strideWidth, padInfo } =
    info;
  const paddings: [number, number][] = [
    [0, 0],
    [0, 0],
    [padInfo.top, padInfo.bottom],
    [padInfo.left, padInfo.right],
  ];
  const padded = tf.pad(tf.transpose(x, [3, 0, 1, 2]), paddings); // channels first: no tap needs a transposition
  const rows = dy.reshape<tf.Tensor2D>([-1, outChannels]);
  const taps: tf.Tensor[] = [];
  for (let r = 0; r < info.filterHeight; r++) {
    for (let c = 0; c < info.filterWidth; c++) {
      const end = [r + (outHeight - 1) * strideHeight + 1, c + (outWidth - 1) * strideWidth + 1];
      const window = padded.stridedSlice(
        [0, 0, r, c],
        [inChannels, batchSize, ...end],
        [1, 1, strideHeight, strideWidth],
      );
      taps.push(tf.matMul(window.reshape<tf.Tensor2D>([inChannels, -1]), rows));
    }
  }
  return tf.stack(taps).reshape(filterShape);
}
