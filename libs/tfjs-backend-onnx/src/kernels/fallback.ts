import * as tf from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { OnnxBackend } from '../backend.ts';
import { BACKEND } from './kernel.ts';

/**
 * Registers tfjs's cpu implementation for every kernel that is not lowered. It runs on computed
 * values, is warned about once by name, and is counted in the backend's statistics.
 */
export function registerFallbacks(): void {
  const lowered = new Set(tf.getKernelsForBackend(BACKEND).map(({ kernelName }) => kernelName));
  let cpu: MathBackendCPU | undefined;
  for (const { kernelName, kernelFunc } of tf.getKernelsForBackend('cpu')) {
    if (lowered.has(kernelName)) continue;
    tf.registerKernel({
      kernelName,
      backendName: BACKEND,
      kernelFunc: ({ inputs, attrs, backend }) => {
        const onnx = backend as OnnxBackend;
        const { fallbacks } = onnx.stats;
        if (fallbacks[kernelName] === undefined) {
          tf.backend_util.warn(
            `tfjs-backend-onnx: the kernel ${kernelName} is not lowered and runs on the cpu backend.`,
          );
        }
        fallbacks[kernelName] = (fallbacks[kernelName] ?? 0) + 1;
        const host = (cpu ??= new MathBackendCPU());
        const onHost = (info: tf.TensorInfo): tf.TensorInfo => ({
          ...info,
          dataId: host.write(
            onnx.readSync(info.dataId) as tf.backend_util.BackendValues,
            info.shape,
            info.dtype,
          ),
        });
        const entries = Object.entries(inputs).map(([name, info]) => [name, info && onHost(info)] as const);
        const hostInputs = Array.isArray(inputs)
          ? entries.map(([, info]) => info)
          : Object.fromEntries(entries);
        const output = kernelFunc({ inputs: hostInputs as tf.NamedTensorInfoMap, attrs, backend: host });
        const back = ({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo => {
          const values = host.readSync(dataId);
          return { dataId: onnx.write(values, shape, dtype), shape, dtype };
        };
        const result = Array.isArray(output) ? output.map(back) : back(output);
        for (const [, info] of entries) if (info) host.disposeData(info.dataId, true);
        for (const info of Array.isArray(output) ? output : [output]) host.disposeData(info.dataId, true);
        return result;
      },
    });
  }
}
