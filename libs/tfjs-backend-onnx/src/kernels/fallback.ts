import * as tf from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { OnnxBackend } from '../backend.ts';
import { BACKEND } from './backend-name.ts';

type Inputs = Record<string, tf.TensorInfo | tf.TensorInfo[] | undefined>;

let cpu: MathBackendCPU | undefined;

/** Registers tfjs's cpu implementation of every kernel that is not lowered. */
export function registerFallbacks(): void {
  const lowered = new Set(tf.getKernelsForBackend(BACKEND).map(({ kernelName }) => kernelName));
  for (const { kernelName } of tf.getKernelsForBackend('cpu')) {
    if (lowered.has(kernelName)) continue;
    tf.registerKernel({
      kernelName,
      backendName: BACKEND,
      kernelFunc: ({ inputs, attrs, backend }) => runOnCpu(kernelName, inputs, attrs, backend as OnnxBackend),
    });
  }
}

/**
 * Runs a kernel of tfjs's cpu backend on computed values. It is warned about once by name and counted
 * in the backend's statistics.
 */
export function runOnCpu(
  kernelName: string,
  inputs: Inputs,
  attrs: tf.NamedAttrMap | undefined,
  onnx: OnnxBackend,
): tf.TensorInfo | tf.TensorInfo[] {
  const { fallbacks } = onnx.stats;
  if (fallbacks[kernelName] === undefined) {
    tf.backend_util.warn(
      `tfjs-backend-onnx: the kernel ${kernelName} is not lowered and runs on the cpu backend.`,
    );
  }
  fallbacks[kernelName] = (fallbacks[kernelName] ?? 0) + 1;
  const host = (cpu ??= new MathBackendCPU());
  const given: tf.TensorInfo[] = [];
  const toHost = (info: tf.TensorInfo): tf.TensorInfo => {
    const copy = moved(info, onnx, host);
    given.push(copy);
    return copy;
  };
  const hostInputs: Inputs = Array.isArray(inputs) ? ([] as unknown as Inputs) : {};
  for (const name in inputs) {
    const input = inputs[name];
    hostInputs[name] = Array.isArray(input) ? input.map(toHost) : input && toHost(input);
  }
  const kernel = tf.getKernel(kernelName, 'cpu');
  const output = kernel.kernelFunc({ inputs: hostInputs as tf.NamedTensorInfoMap, attrs, backend: host });
  const outputs = Array.isArray(output) ? output : [output];
  const results = outputs.map((info) => moved(info, host, onnx));
  for (const info of [...given, ...outputs]) host.disposeData(info.dataId, true);
  return Array.isArray(output) ? results : results[0];
}

/** The same tensor in another backend. */
function moved(
  info: tf.TensorInfo,
  from: OnnxBackend | MathBackendCPU,
  to: OnnxBackend | MathBackendCPU,
): tf.TensorInfo {
  const { shape, dtype } = info;
  // Some of the cpu kernels expect a tensor, which has a rank; tfjs expects from a backend what has none.
  const rank = to instanceof OnnxBackend ? undefined : { rank: shape.length };
  const result = (dataId: tf.DataId): tf.TensorInfo => ({ dataId, shape, dtype, ...rank });
  if (dtype === 'complex64') {
    const { real, imag } = from instanceof OnnxBackend ? from.parts(info.dataId)! : partsOnCpu(from, info);
    const parts = { real: moved(real, from, to), imag: moved(imag, from, to) };
    const { dataId } = tf.getKernel('Complex', to instanceof OnnxBackend ? BACKEND : 'cpu').kernelFunc({
      inputs: parts,
      backend: to,
    }) as tf.TensorInfo;
    for (const part of Object.values(parts)) to.disposeData(part.dataId);
    return result(dataId);
  }
  const values = from.readSync(info.dataId) as tf.backend_util.BackendValues;
  return result(to.write(values, shape, dtype));
}

const partsOnCpu = (host: MathBackendCPU, { dataId }: tf.TensorInfo) =>
  host.data.get(dataId).complexTensorInfos!;
