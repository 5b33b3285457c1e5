import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '@id3/core';
import { backendName, type CompiledStep, type Step, type StepOptions } from '@id3/tfjs-backend-onnx';

/** A backend that repeats a step without calling it. */
interface CompilingBackend {
  compileStep<I extends tf.NamedTensorMap, O extends tf.NamedTensorMap>(
    step: Step<I, O>,
    options: StepOptions,
  ): CompiledStep<I, O>;
}

/** Whether the variables of a compiled step cross to a graphics device and back in each call. */
export const stateCrosses = (): boolean => tf.getBackend().startsWith(`${backendName('cpu')}-`);

let inSteps = 0;

function timed<T>(run: () => T): T {
  const started = performance.now();
  const result = run();
  inSteps += performance.now() - started;
  return result;
}

/** Milliseconds that this process has spent inside compiled steps. */
export const engineMs = (): number => inSteps;

/**
 * Makes a step of a training or sampling loop (named tensors → named tensors, and new values of variables) as fast as the
 * current engine can: `onnx` calls it twice and then repeats what it recorded, other engines call it in a tidy. Whatever
 * changes from call to call (batch, rates, random numbers) must be an argument. `inTurn` takes several steps in one call: on ONNX Runtime one run,
 * in which the variables stay on the device. Throws a UserError where half precision is wanted of an engine that has none.
 */
export function compileStep<I extends tf.NamedTensorMap, O extends tf.NamedTensorMap>(
  step: Step<I, O>,
  options: StepOptions = {},
): CompiledStep<I, O> {
  const backend = tf.backend() as Partial<CompilingBackend>;
  const compiled = backend.compileStep?.(step, options);
  if (compiled === undefined && options.precision === 'float16')
    throw new UserError(
      `The engine ${tf.getBackend()} computes in 32 bits alone; leave precision=float16 out, or take --engine=onnx, onnx-cuda or onnx-webgpu.`,
    );
  const call = compiled ?? ((inputs: I) => tf.tidy(() => step(inputs)));
  return Object.assign((inputs: I) => timed(() => call(inputs)), {
    inTurn: (inputs: readonly I[]) =>
      timed(() => compiled?.inTurn(inputs) ?? inputs.map((given) => call(given))),
  });
}
