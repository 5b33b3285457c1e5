import * as tf from '@tensorflow/tfjs-core';
import type { OnnxBackend } from '../backend.ts';
import type { Value } from '../value.ts';
import { BACKEND, type Provider } from './backend-name.ts';
import { runOnCpu } from './fallback.ts';

/** What a lowering is given: the values of the kernel's inputs by name, and its attributes. */
export interface Call<A = Record<string, unknown>> {
  inputs: Record<string, Value>;
  attrs: A;
  /** Channels that ONNX Runtime's fastest convolutions take side by side; 1 where it has none such. */
  block: number;
  /** What computes. */
  provider: Provider;
}

/** Registers a kernel by how it is recorded; where that gives `undefined`, the cpu backend runs it. */
export function lower<A = Record<string, unknown>>(
  kernelName: string,
  recordKernel: (call: Call<A>) => Value | Value[] | undefined,
): void {
  tf.registerKernel({
    kernelName,
    backendName: BACKEND,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const onnx = backend as OnnxBackend;
      const values = numeric(inputs, onnx);
      const result =
        values &&
        recordKernel({ inputs: values, attrs: attrs as A, block: onnx.block, provider: onnx.provider });
      if (result === undefined) return runOnCpu(kernelName, inputs, attrs, onnx);
      return Array.isArray(result) ? result.map((value) => onnx.add(value)) : onnx.add(result);
    },
  });
}

/** The values of inputs, or `undefined` where one holds strings or complex numbers. */
function numeric(inputs: tf.NamedTensorInfoMap, onnx: OnnxBackend): Call['inputs'] | undefined {
  const values: Record<string, Value> = {};
  // tfjs hands a list of tensors over as an array, and absent optional inputs as undefined
  for (const name in inputs) {
    const info = inputs[name] as tf.TensorInfo | undefined;
    if (!info) continue;
    const value = onnx.value(info.dataId);
    if (value === undefined) return undefined;
    values[name] = value;
  }
  return values;
}
