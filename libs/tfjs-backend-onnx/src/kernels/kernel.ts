import * as tf from '@tensorflow/tfjs-core';
import type { OnnxBackend } from '../backend.ts';
import type { Value } from '../value.ts';

export const BACKEND = 'onnx';

/** What a lowering is given: the values of the kernel's inputs by name (or in order), and its attributes. */
export interface Call<A = Record<string, unknown>> {
  inputs: Record<string, Value>;
  list: Value[];
  attrs: A;
}

/** Registers a kernel by how it is recorded. */
export function lower<A = Record<string, unknown>>(
  kernelName: string,
  recordKernel: (call: Call<A>) => Value | Value[],
): void {
  tf.registerKernel({
    kernelName,
    backendName: BACKEND,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const onnx = backend as OnnxBackend;
      const values: Record<string, Value> = {};
      // tfjs hands a list of tensors over as an array, and absent optional inputs as undefined
      for (const [name, info] of Object.entries(inputs)) if (info) values[name] = onnx.value(info.dataId);
      const result = recordKernel({ inputs: values, list: Object.values(values), attrs: attrs as A });
      return Array.isArray(result) ? result.map((value) => onnx.add(value)) : onnx.add(result);
    },
  });
}
