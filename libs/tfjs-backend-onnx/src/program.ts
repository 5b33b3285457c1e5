import * as tf from '@tensorflow/tfjs-core';
import type { Recorder } from './recorder.ts';
import type { Run } from './session.ts';
import { dataOf, type Data, type DataType, type Value } from './value.ts';

/** Where a call of a step finds the data of a tensor. */
export type Origin =
  | { kind: 'argument'; name: string }
  | { kind: 'variable'; variable: tf.Variable }
  | { kind: 'output'; index: number }
  /** Written by the step itself, or of a tensor that it closes over. */
  | { kind: 'constant'; data: Data }
  /** Several arguments or variables share it, or it is no numbers. */
  | { kind: 'unclear' };

export interface Result {
  origin: Origin;
  shape: readonly number[];
  dtype: DataType;
}

/** What a call of a step did, in terms that hold for the next call too. */
export interface Program {
  /** Of the compiled graph. */
  key: string;
  inputs: readonly Origin[];
  /** Variables whose contents are part of the compiled graph, and these contents. */
  baked: ReadonlyMap<tf.Variable, Data>;
  results: ReadonlyMap<string, Result>;
  assigned: ReadonlyMap<tf.Variable, Result>;
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
export function numbersOf(value: Value | undefined): Data {
  const data = value && dataOf(value);
  if (data === undefined) throw new Error('a compiled step met a tensor without numbers');
  return data;
}

/** Whose data is whose before a call. */
export function originsOf(backend: Recorder, inputs: tf.NamedTensorMap): Map<Data, Origin> {
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

export const variablesOf = (backend: Recorder): tf.Variable[] =>
  Object.values(tf.engine().registeredVariables).filter(({ dataId }) => backend.refCount(dataId) > 0);

/** What a call did, in terms that hold for the next one; `undefined` where something has no clear origin. */
export function programOf(
  backend: Recorder,
  { run, origins, returned, changed }: Traced,
): Program | undefined {
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

/** Whether a call did the same as the one before. Throws where the calls wrote different numbers. */
export function isSame(a: Program | undefined, b: Program | undefined): boolean {
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
