import type { ModelGraph, ModelNode, ModelValue } from './onnx-proto.ts';

/** How runs of one graph follow one another. */
export interface Turns {
  /**
   * What each input of the graph, by its number, holds in a turn: the same in all, a value of its own in each, or what an output
   * was in the turn before.
   */
  inputs: readonly ('same' | 'each' | { output: number })[];
  /** Numbers of the outputs that are wanted of every turn. */
  each: readonly number[];
}

/** The outputs that a turn hands to the next one, by number. */
export const carried = ({ inputs }: Turns): number[] => [
  ...new Set(inputs.flatMap((input) => (typeof input === 'object' ? [input.output] : []))),
];

/** Names of the loop's own inputs and outputs. */
export const TURNS = 'turns';
export const stacked = (input: number): string => `a${input}`;
export const first = (output: number): string => `v${output}`;
export const last = (output: number): string => `w${output}`;
export const all = (output: number): string => `e${output}`;

/** A dimension of as many turns as are taken. */
const MANY = 'turns';

/**
 * A model that runs a graph (inputs i0, i1…, outputs o0, o1…) several times in ONNX's `Loop`: what is carried from turn to turn
 * never leaves the device. Its inputs are the number of turns, `i…` as they are in all turns, `a…` one value a turn along a first axis, and
 * `v…` what is carried at the start; its outputs `w…` what is carried in the end, and `e…` one value a turn.
 */
export function loopModel(graph: ModelGraph, { inputs, each }: Turns): ModelGraph {
  const input = new Map(graph.inputs.map((value) => [value.name, value]));
  const output = (k: number): ModelValue => graph.outputs[k];
  const states = carried({ inputs, each });
  const nodes: ModelNode[] = [];
  const [outside, still]: [ModelValue[], ModelValue[]] = [[], []];
  const constants = [...graph.constants];
  inputs.forEach((held, i) => {
    const value = input.get(`i${i}`);
    if (value === undefined) return; // compiled in
    if (held === 'same') still.push(value);
    else if (held === 'each') {
      outside.push({ ...value, name: stacked(i), shape: [MANY, ...value.shape] });
      nodes.push(node('Gather', [stacked(i), 'turn'], value.name, { axis: 0 }));
    } else if (String(value.shape) === String(output(held.output).shape)) {
      nodes.push(node('Identity', [`s${held.output}`], value.name));
    } else {
      // The graph sees a variable under two shapes, of which one is carried.
      const shape = `shape${i}`;
      const data = new Uint8Array(BigInt64Array.from(value.shape as number[], BigInt).buffer);
      constants.push({ name: shape, type: 'int64', shape: [value.shape.length], data });
      nodes.push(node('Reshape', [`s${held.output}`, shape], value.name));
    }
  });
  const named = (name: (k: number) => string) => (k: number) => ({ ...output(k), name: name(k) });
  const twice = each.filter((k) => states.includes(k));
  const body: ModelGraph = {
    nodes: [
      ...nodes,
      ...graph.nodes,
      node('Identity', ['on'], 'onwards'),
      ...twice.map((k) => node('Identity', [`o${k}`], `r${k}`)),
    ],
    constants,
    inputs: [
      { name: 'turn', type: 'int64', shape: [] },
      { name: 'on', type: 'bool', shape: [] },
      ...states.map(named((k) => `s${k}`)),
    ],
    outputs: [
      { name: 'onwards', type: 'bool', shape: [] },
      ...states.map(output),
      ...each.map(named((k) => (twice.includes(k) ? `r${k}` : `o${k}`))),
    ],
  };
  return {
    nodes: [
      {
        op: 'Loop',
        domain: '',
        inputs: [TURNS, '', ...states.map(first)],
        output: [...states.map(last), ...each.map(all)],
        attributes: { body: { graph: body } },
      },
    ],
    constants: [],
    inputs: [{ name: TURNS, type: 'int64', shape: [] }, ...still, ...outside, ...states.map(named(first))],
    outputs: [
      ...states.map(named(last)),
      ...each.map((k) => ({ ...output(k), name: all(k), shape: [MANY, ...output(k).shape] })),
    ],
  };
}

const node = (
  op: string,
  inputs: string[],
  output: string,
  attributes: ModelNode['attributes'] = {},
): ModelNode => ({ op, domain: '', inputs, output, attributes });
