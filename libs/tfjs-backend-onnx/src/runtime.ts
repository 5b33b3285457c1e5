import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Data } from './value.ts';

/** A value as the binding takes and gives it. */
export interface Binding {
  loadModel(
    buffer: ArrayBufferLike,
    offset: number,
    length: number,
    options: InferenceSession.SessionOptions,
  ): void;
  run(
    feeds: Record<string, OrtTensor>,
    fetches: Record<string, null>,
    options: object,
  ): Record<string, { data: Data }>;
  endProfiling(): void;
  dispose(): void;
}

/** The synchronous binding beneath onnxruntime-node's promises; tfjs's `dataSync` needs it. */
export interface OnnxRuntime {
  Session: new () => Binding;
  package: typeof import('onnxruntime-node');
  /** The folder of the package. */
  folder: string;
}

let loaded: OnnxRuntime | undefined;

/**
 * Loads onnxruntime-node: the one in a folder, such as that which has the provider for CUDA; else what this process loaded
 * before, or the installed one. A process can hold one. Throws where it is not there or another one was loaded before.
 */
export function loadRuntime(given?: string): OnnxRuntime {
  const require = createRequire(import.meta.url);
  const folder = given ?? join(require.resolve('onnxruntime-node'), '../..');
  if (given !== undefined && loaded !== undefined && loaded.folder !== given)
    throw new Error(`this process computes with the ONNX Runtime in ${loaded.folder} already`);
  if (loaded !== undefined) return loaded;
  const ort = require(folder) as typeof import('onnxruntime-node');
  const { binding, initOrt } = require(join(folder, 'dist/binding.js')) as {
    binding: { InferenceSession: new () => Binding };
    initOrt: () => void;
  };
  initOrt();
  loaded = { Session: binding.InferenceSession, package: ort, folder };
  return loaded;
}
