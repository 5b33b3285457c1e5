import * as tf from '@tensorflow/tfjs-core';
import type { OnnxBackend } from '../backend.ts';
import { BACKEND } from './backend-name.ts';

/** Kernels that share or regroup data and record nothing. */
export function registerSharing(): void {
  register('Identity', ({ x }, onnx) => {
    onnx.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  });
  register('Complex', ({ real, imag }, onnx) =>
    onnx.addComplex(onnx.value(real.dataId)!, onnx.value(imag.dataId)!),
  );
  register('Real', ({ input }, onnx) => onnx.add(onnx.value(onnx.parts(input.dataId)!.real.dataId)!));
  register('Imag', ({ input }, onnx) => onnx.add(onnx.value(onnx.parts(input.dataId)!.imag.dataId)!));
}

function register(
  kernelName: string,
  run: (inputs: Record<string, tf.TensorInfo>, onnx: OnnxBackend) => tf.TensorInfo,
): void {
  tf.registerKernel({
    kernelName,
    backendName: BACKEND,
    kernelFunc: ({ inputs, backend }) => run(inputs as Record<string, tf.TensorInfo>, backend as OnnxBackend),
  });
}
