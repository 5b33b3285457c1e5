import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { OnnxBackend, type Computing } from './backend.ts';
import type { CompiledStep, Step, StepOptions } from './compiled-step.ts';
import type { Precision } from './half.ts';
import { registerGradients } from './gradients.ts';
import { registerConvolutions } from './kernels/conv.ts';
import { registerElementwise } from './kernels/elementwise.ts';
import { registerFallbacks } from './kernels/fallback.ts';
import { BACKEND, backendName, type Provider } from './kernels/backend-name.ts';
import { registerImages } from './kernels/images.ts';
import { registerIndexing } from './kernels/indexing.ts';
import { registerMatMul } from './kernels/matmul.ts';
import { registerReductions } from './kernels/reduce.ts';
import { registerSharing } from './kernels/sharing.ts';
import { registerShapes } from './kernels/shape.ts';
import { saveTensorsCheaply } from './saving.ts';
import { CountingRuntime, type GraphCost } from './count.ts';
import { Runtime, type SessionOptions } from './session.ts';
import type { Stats } from './stats.ts';

export { backendName, type Provider };
export { DeviceError } from './device-error.ts';
export type { CompiledStep, GraphCost, Precision, SessionOptions, Stats, Step, StepOptions };
export { doorOf, withFloat32Doors } from './float32-doors.ts';
export { ELEMENT, encodeModel, type AnyElementType, type ModelNode } from './onnx-proto.ts';
export { loadRuntime, type OnnxRuntime } from './runtime.ts';

/**
 * Registers the tfjs backend `onnx`, `onnx-webgpu` or `onnx-cuda`, as the option `provider` says, and returns its name; make it
 * current by `tf.setBackend(name)`. Calling it again for the same provider has no effect. Making it current throws where
 * onnxruntime-node cannot be loaded.
 */
export function registerOnnxBackend(options: SessionOptions = {}): string {
  return register(backendName(options.provider ?? 'cpu'), () => new Runtime(options));
}

/**
 * Registers the backend `onnx-count`, which records as the others do and computes nothing: whatever is asked for is 0. `seen` hears
 * what each graph would take. Returns its name.
 */
export const registerCountingBackend = (seen: (cost: GraphCost) => void): string =>
  register(`${BACKEND}-count`, () => new CountingRuntime(seen));

function register(name: string, runtime: () => Computing): string {
  if (tf.findBackendFactory(name) !== null) return name;
  if (tf.getKernelsForBackend(BACKEND).length === 0) registerKernels();
  if (name !== BACKEND) tf.copyRegisteredKernels(BACKEND, name);
  tf.registerBackend(name, () => new OnnxBackend(runtime()), 4);
  return name;
}

function registerKernels(): void {
  registerElementwise();
  registerSharing();
  registerShapes();
  registerIndexing();
  registerReductions();
  registerMatMul();
  registerConvolutions();
  registerImages();
  registerFallbacks();
  registerGradients();
  saveTensorsCheaply();
}

/**
 * Makes a step (named tensors → named tensors, and new values of variables) that is recorded in its first two calls and then
 * repeated without calling it; what changes from call to call must be an argument. Throws where the current backend is not one of this library.
 */
export function compileStep<I extends tf.NamedTensorMap, O extends tf.NamedTensorMap>(
  step: Step<I, O>,
  options?: StepOptions,
): CompiledStep<I, O> {
  return current().compileStep(step, options);
}

/** What the current backend did so far. Throws where it is not one of this library. */
export function onnxBackendStats(): Stats {
  return current().stats;
}

/** Writes the profiles that the option `profile` asked for. */
export function endOnnxProfiling(): void {
  current().endProfiling();
}

function current(): OnnxBackend {
  const backend = tf.backend();
  if (!(backend instanceof OnnxBackend))
    throw new Error(`the current tfjs backend is ${tf.getBackend()}, not one of ONNX Runtime's`);
  return backend;
}
