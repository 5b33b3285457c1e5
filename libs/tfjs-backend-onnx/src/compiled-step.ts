import * as tf from '@tensorflow/tfjs-core';
import type { Precision } from './half.ts';
import type { Turns } from './loop.ts';
import type { Run } from './session.ts';
import type { Stats } from './stats.ts';
import { dataOf, type Data, type DataType, type Value } from './value.ts';

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

/** What a compiled step needs of the backend. */
export interface Recorder {
  readonly stats: Stats;
  /** The value behind a tensor; `undefined` for strings and complex numbers. */
  value(dataId: object): Value | undefined;
  /** How many tensors share the data; 0 where it is another backend's. */
  refCount(dataId: object): number;
  /** Computes every live tensor that is pending; tells how, where there is any. */
  flush(precision?: Precision): Run | undefined;
  /** Runs a compiled graph again on other data; `undefined` where it is not kept any more. */
  repeat(key: string, data: readonly Data[]): Data[] | undefined;
  /** Runs a compiled graph several times in one call; `undefined` where it is not kept any more. */
  repeatInTurn(
    key: string,
    turns: Turns,
    count: number,
    data: readonly (Data | readonly Data[])[],
  ): { each: Map<number, Data[]>; last: Map<number, Data> } | undefined;
  /** Makes a tensor of what a graph computed. */
  tensor(data: Data, shape: readonly number[], dtype: DataType): tf.Tensor;
}

/** Where a call of a step finds the data of a tensor. */
type Origin =
  | { kind: 'argument'; name: string }
  | { kind: 'variable'; variable: tf.Variable }
  | { kind: 'output'; index: number }
  /** Written by the step itself, or of a tensor that it closes over. */
  | { kind: 'constant'; data: Data }
  /** Several arguments or variables share it, or it is no numbers. */
  | { kind: 'unclear' };

interface Result {
  origin: Origin;
  shape: readonly number[];
  dtype: DataType;
}

/** What a call of a step did, in terms that hold for the next call too. */
interface Program {
  /** Of the compiled graph. */
  key: string;
  inputs: readonly Origin[];
  /** Variables whose contents are part of the compiled graph, and these contents. */
  baked: ReadonlyMap<tf.Variable, Data>;
  results: ReadonlyMap<string, Result>;
  assigned: ReadonlyMap<tf.Variable, Result>;
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

/** A call of a step, when all is computed. */
interface Traced {
  run: Run;
  /** Whose data was whose before the call. */
  origins: ReadonlyMap<Data, Origin>;
  returned: tf.NamedTensorMap;
  /** Variables that hold something else now. */
  changed: readonly tf.Variable[];
}

/** The data of a value that was computed. Throws where there is none. */
function numbersOf(value: Value | undefined): Data {
  const data = value && dataOf(value);
  if (data === undefined) throw new Error('a compiled step met a tensor without numbers');
  return data;
}

/** Whose data is whose before a call. */
function originsOf(backend: Recorder, inputs: tf.NamedTensorMap): Map<Data, Origin> {
  const origins = new Map<Data, Origin>();
  const add = ({ dataId }: tf.Tensor, origin: Origin) => {
    const value = backend.value(dataId);
    const data = value && dataOf(value);
    if (data !== undefined) origins.set(data, origins.has(data) ? { kind: 'unclear' } : origin);
  };
  for (const [name, tensor] of Object.entries(inputs)) add(tensor, { kind: 'argument', name });
  for (const variable of variablesOf(backend)) add(variable, { kind: 'variable', variable });
  return origins;
}

const variablesOf = (backend: Recorder): tf.Variable[] =>
  Object.values(tf.engine().registeredVariables).filter(({ dataId }) => backend.refCount(dataId) > 0);

/** What a call did, in terms that hold for the next one; `undefined` where something has no clear origin. */
function programOf(backend: Recorder, { run, origins, returned, changed }: Traced): Program | undefined {
  const originOf = (data: Data): Origin => origins.get(data) ?? { kind: 'constant', data };
  const resultOf = ({ dataId, shape, dtype }: tf.Tensor): Result => {
    const value = backend.value(dataId);
    if (value === undefined) return { origin: { kind: 'unclear' }, shape, dtype: dtype as DataType };
    const index = run.outputOf.get(value);
    const origin: Origin = index === undefined ? originOf(numbersOf(value)) : { kind: 'output', index };
    return { origin, shape, dtype: dtype as DataType };
  };
  const inputs = run.inputs.map(({ data }) => originOf(data));
  const baked = new Map<tf.Variable, Data>();
  run.inputs.forEach(({ data, baked: isBaked }, i) => {
    const origin = inputs[i];
    if (isBaked && origin.kind === 'variable') baked.set(origin.variable, data);
  });
  const results = new Map(Object.entries(returned).map(([name, tensor]) => [name, resultOf(tensor)]));
  const assigned = new Map(changed.map((variable) => [variable, resultOf(variable)]));

  const places = [...inputs, ...[...results.values(), ...assigned.values()].map(({ origin }) => origin)];
  const claimed = new Set(places.map((origin) => (origin.kind === 'output' ? origin.index : -1)));
  const isWhole = [...run.outputOf.values()].every((index) => claimed.has(index));
  const isClear = places.every(({ kind }) => kind !== 'unclear');
  return isWhole && isClear ? { key: run.key, inputs, baked, results, assigned } : undefined;
}

/** Runs a program on new arguments; `undefined` where its graph does not hold any more. */
function repeat(
  backend: Recorder,
  { key, inputs, baked, results, assigned }: Program,
  given: tf.NamedTensorMap,
): tf.NamedTensorMap | undefined {
  const held = ({ dataId }: tf.Tensor) => numbersOf(backend.value(dataId));
  for (const [variable, data] of baked) if (held(variable) !== data) return undefined;
  const find = (origin: Origin, outputs: readonly Data[] = []): Data => {
    switch (origin.kind) {
      case 'argument':
        return held(given[origin.name]);
      case 'variable':
        return held(origin.variable);
      case 'output':
        return outputs[origin.index];
      case 'constant':
        return origin.data;
      case 'unclear':
        throw new Error('a program has no unclear origins');
    }
  };
  const outputs = backend.repeat(
    key,
    inputs.map((origin) => find(origin)),
  );
  if (outputs === undefined) return undefined;
  const tensorOf = ({ origin, shape, dtype }: Result) => backend.tensor(find(origin, outputs), shape, dtype);
  const made = Object.fromEntries([...results].map(([name, result]) => [name, tensorOf(result)]));
  const values = [...assigned].map(([variable, result]) => [variable, tensorOf(result)] as const);
  for (const [variable, value] of values) {
    variable.assign(value);
    value.dispose();
  }
  return made;
}

/** How a program's graph follows on itself; `undefined` where a variable gets what is no output of it, or is written and never read. */
function turnsOf({ inputs, results, assigned }: Program): Turns | undefined {
  const next = new Map([...assigned].map(([variable, { origin }]) => [variable, origin]));
  const held = inputs.map((origin): Turns['inputs'][number] | undefined => {
    if (origin.kind === 'argument') return 'each';
    const after = origin.kind === 'variable' ? next.get(origin.variable) : undefined;
    if (after === undefined) return 'same';
    return after.kind === 'output' ? { output: after.index } : undefined;
  });
  const read = new Set(inputs.map((origin) => (origin.kind === 'variable' ? origin.variable : undefined)));
  // An output that becomes the value of two variables would begin as one of them.
  const handed = [...next.values()].map((origin) => (origin.kind === 'output' ? origin.index : -1));
  const isWhole =
    held.every((what) => what !== undefined) &&
    [...next.keys()].every((variable) => read.has(variable)) &&
    new Set(handed).size === handed.length;
  if (!isWhole) return undefined;
  const origins = [...results.values()].map(({ origin }) => origin);
  if (origins.some(({ kind }) => kind !== 'output' && kind !== 'argument')) return undefined;
  const each = origins.flatMap((origin) => (origin.kind === 'output' ? [origin.index] : []));
  return { inputs: held as Turns['inputs'], each: [...new Set(each)] };
}

/** Runs a program on several sets of arguments in turn; `undefined` where that is not one loop. */
function repeatInTurn(
  backend: Recorder,
  program: Program,
  given: readonly tf.NamedTensorMap[],
): tf.NamedTensorMap[] | undefined {
  const held = ({ dataId }: tf.Tensor) => numbersOf(backend.value(dataId));
  const turns = turnsOf(program);
  for (const [variable, data] of program.baked) if (held(variable) !== data) return undefined;
  if (turns === undefined) return undefined;
  const data = program.inputs.map((origin) => {
    if (origin.kind === 'argument') return given.map((inputs) => held(inputs[origin.name]));
    if (origin.kind === 'variable') return held(origin.variable);
    if (origin.kind === 'constant') return origin.data;
    throw new Error(`a program has no input of the kind ${origin.kind}`);
  });
  const outcome = backend.repeatInTurn(program.key, turns, given.length, data);
  if (outcome === undefined) return undefined;
  for (const [variable, { origin, shape, dtype }] of program.assigned) {
    const { index } = origin as Extract<Origin, { kind: 'output' }>;
    const value = backend.tensor(outcome.last.get(index)!, shape, dtype);
    variable.assign(value);
    value.dispose();
  }
  return given.map((inputs, turn) => {
    const made = [...program.results].map(([name, { origin, shape, dtype }]) => {
      const numbers =
        origin.kind === 'output'
          ? outcome.each.get(origin.index)![turn]
          : held(inputs[(origin as Extract<Origin, { kind: 'argument' }>).name]);
      return [name, backend.tensor(numbers, shape, dtype)];
    });
    return Object.fromEntries(made) as tf.NamedTensorMap;
  });
}

/** Whether a call did the same as the one before. Throws where the calls wrote different numbers. */
function isSame(a: Program | undefined, b: Program | undefined): boolean {
  if (a === undefined || b === undefined || a.key !== b.key) return false;
  const alike = <K>(x: ReadonlyMap<K, Result>, y: ReadonlyMap<K, Result>) =>
    x.size === y.size &&
    [...x].every(([key, { origin }]) => y.has(key) && isSameOrigin(origin, y.get(key)!.origin));
  return (
    a.inputs.every((origin, i) => isSameOrigin(origin, b.inputs[i])) &&
    alike(a.results, b.results) &&
    alike(a.assigned, b.assigned)
  );
}

function isSameOrigin(a: Origin, b: Origin): boolean {
  if (a.kind === 'argument') return b.kind === 'argument' && a.name === b.name;
  if (a.kind === 'variable') return b.kind === 'variable' && a.variable === b.variable;
  if (a.kind === 'output') return b.kind === 'output' && a.index === b.index;
  if (a.kind !== 'constant' || b.kind !== 'constant') return false;
  const [before, now] = [a.data, b.data];
  const k = before === now ? -1 : before.findIndex((x, i) => !Object.is(x, now[i]));
  if (k < 0) return true;
  throw new Error(
    `A compiled step wrote ${before[k]} into a tensor of ${before.length} numbers in one call and ${now[k]} in the next; pass what changes as an argument.`,
  );
}
