import * as tf from '@tensorflow/tfjs-core';
import type { Step } from '@id3/tfjs-backend-onnx';

/** A backend that repeats a step without calling it. */
interface CompilingBackend {
  compileStep<I extends tf.NamedTensorMap, O extends tf.NamedTensorMap>(step: Step<I, O>): Step<I, O>;
}

let inSteps = 0;

/** Milliseconds that this process has spent inside compiled steps. */
export const engineMs = (): number => inSteps;

/**
 * Makes a step of a training or sampling loop (named tensors → named tensors, and new values of variables) as fast as the
 * current engine can: `onnx` calls it twice and then repeats what it recorded, other engines call it in a tidy. Whatever
 * changes from call to call (batch, rates, random numbers) must be an argument.
 */
export function compileStep<I extends tf.NamedTensorMap, O extends tf.NamedTensorMap>(
  step: Step<I, O>,
): Step<I, O> {
  const backend = tf.backend() as Partial<CompilingBackend>;
  const compiled = backend.compileStep?.(step) ?? ((inputs: I) => tf.tidy(() => step(inputs)));
  return (inputs) => {
    const started = performance.now();
    const outputs = compiled(inputs);
    inSteps += performance.now() - started;
    return outputs;
  };
}
