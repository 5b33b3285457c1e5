import * as tf from '@tensorflow/tfjs-core';
import type { Precision } from './half.ts';
import { isSame, originsOf, programOf, variablesOf, type Program } from './program.ts';
import type { Recorder } from './recorder.ts';
import { repeat, repeatInTurn } from './repeat.ts';
import type { Run } from './session.ts';
import { dataOf, type Value } from './value.ts';

/** A function of tensors: named arguments → named results. */
export type Step<I extends tf.NamedTensorMap, O extends tf.NamedTensorMap> = (inputs: I) => O;

/** A step that is recorded in its first two calls and then repeated. */
export interface CompiledStep<I extends tf.NamedTensorMap, O extends tf.NamedTensorMap> {
  (inputs: I): O;
  /**
   * Takes several steps one after another, with the same results as so many calls. Once the step is recorded they are one run of a
   * loop, in which the variables stay where it computes; until it ends nothing else of the process is served.
   */
  inTurn(inputs: readonly I[]): O[];
}

export interface StepOptions {
  /** Of its convolutions and matrix products; default `float32`. */
  readonly precision?: Precision;
}

/**
 * A step that is called twice and from then on repeated from its compiled graph without being called, which saves what
 * recording costs. It may read variables and assign new values to them; whatever else changes from call to call must be an
 * argument. It is called again for arguments of other names, types or shapes, and after a frozen variable changed. One that
 * reads a value in its midst, keeps a tensor that it neither returns nor assigns, or is given one tensor in two places, is
 * called every time.
 *
 * The result throws where the step wrote other numbers into a tensor than in the call before: random numbers or rates,
 * which must be arguments.
 */
export function compiledStep<I extends tf.NamedTensorMap, O extends tf.NamedTensorMap>(
  backend: Recorder,
  step: Step<I, O>,
  options: StepOptions = {},
): CompiledStep<I, O> {
  const known = new Map<string, { program: Program | undefined; confirmed: boolean }>();
  const call = (inputs: I): O => {
    backend.flush(); // what the arguments and variables are still waiting for
    const signature = signatureOf(inputs);
    const last = known.get(signature);
    const repeated = last?.confirmed && repeat(backend, last.program!, inputs);
    if (repeated) return repeated as O;
    const { results, program } = trace(backend, step, inputs, options);
    known.set(signature, { program, confirmed: isSame(last?.program, program) });
    return results;
  };
  const loop = (inputs: readonly I[]): O[] | undefined => {
    const [signature, ...others] = inputs.map(signatureOf);
    const { program, confirmed } = known.get(signature) ?? {};
    if (!confirmed || others.some((other) => other !== signature)) return undefined;
    backend.flush();
    return repeatInTurn(backend, program!, inputs) as O[] | undefined;
  };
  return Object.assign(call, {
    inTurn: (inputs: readonly I[]) => (inputs.length > 1 ? loop(inputs) : undefined) ?? inputs.map(call),
  });
}

const signatureOf = (inputs: tf.NamedTensorMap): string =>
  Object.entries(inputs)
    .map(([name, { dtype, shape }]) => `${name}:${dtype}[${shape}]`)
    .join();

/** Calls the step and computes its results. Without a program where the call says nothing about the next one. */
function trace<I extends tf.NamedTensorMap, O extends tf.NamedTensorMap>(
  backend: Recorder,
  step: Step<I, O>,
  inputs: I,
  { precision }: StepOptions,
): { results: O; program: Program | undefined } {
  const origins = originsOf(backend, inputs);
  const before = new Map(variablesOf(backend).map((variable) => [variable, backend.value(variable.dataId)]));
  const runs = backend.stats.runs;
  const results = tf.tidy(() => step(inputs));
  const run = flushed(backend, { results, inputs, before, precision });
  const readInItsMidst = run === undefined || backend.stats.runs !== runs + 1;
  const changed = variablesOf(backend).filter((v) => backend.value(v.dataId) !== before.get(v));
  const isNew = (variable: tf.Variable) => !before.has(variable); // made by this call, or moved from another backend
  if (readInItsMidst || changed.some(isNew)) return { results, program: undefined };
  return { results, program: programOf(backend, { run, origins, returned: results, changed }) };
}

/** Computes what a call of a step recorded. Where the device fails, variables hold again what they held before the call. */
function flushed(
  backend: Recorder,
  {
    results,
    inputs,
    before,
    precision,
  }: {
    results: tf.NamedTensorMap;
    inputs: tf.NamedTensorMap;
    before: ReadonlyMap<tf.Variable, Value | undefined>;
    precision: Precision | undefined;
  },
): Run | undefined {
  try {
    return backend.flush(precision);
  } catch (error) {
    const given = new Set(Object.values(inputs));
    tf.dispose(Object.values(results).filter((tensor) => !given.has(tensor)));
    for (const [variable, value] of before) {
      const data = value && dataOf(value);
      if (data === undefined || backend.value(variable.dataId) === value) continue;
      const held = backend.tensor(data, value!.shape, value!.dtype);
      variable.assign(held);
      held.dispose();
    }
    throw error;
  }
}
