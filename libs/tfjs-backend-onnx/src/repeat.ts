import type * as tf from '@tensorflow/tfjs-core';
import type { Turns } from './loop.ts';
import { numbersOf, type Origin, type Program, type Result } from './program.ts';
import type { Recorder } from './recorder.ts';
import type { Data } from './value.ts';

/** Runs a program on new arguments; `undefined` where its graph does not hold any more. */
export function repeat(
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
export function repeatInTurn(
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
