import type { Provider } from './kernels/backend-name.ts';
import { ELEMENT, type ModelGraph, type ModelNode } from './onnx-proto.ts';

/** Of the operators whose time is multiplications: whether they take and give 32 or 16 bits. */
export type Precision = 'float32' | 'float16';

/** Those operators; here they have float32 inputs and outputs alone. */
const HALVED = new Set(['Conv', 'ConvTranspose', 'FusedMatMul']);

const node = (op: string, input: string, output: string, attributes: ModelNode['attributes']): ModelNode => ({
  op,
  domain: '',
  inputs: [input],
  output,
  attributes,
});

/**
 * A graph whose convolutions and matrix products take their inputs and give their results in half precision (11 bits of mantissa, 65504 at
 * most), and whose other operators and values are float32 as before: sums, norms, statistics and all that is carried from step to step. A
 * value that several take is rounded once. The CPU, where ONNX Runtime has no such kernels for x64, computes in 32 bits on rounded values.
 */
export function halved(graph: ModelGraph, provider: Provider): ModelGraph {
  const nodes: ModelNode[] = [];
  const cast = (from: string, to: string, type: number) => nodes.push(node('Cast', from, to, { to: type }));
  /** From 32 bits to 32: two casts that meet would be taken out. */
  const pass = (from: string, to: string) => {
    cast(from, `${to}/16`, ELEMENT.float16);
    nodes.push(node('Concat', `${to}/16`, `${to}/kept`, { axis: 0 }));
    cast(`${to}/kept`, to, ELEMENT.float32);
  };
  const rounded = new Map<string, string>();
  const round = (name: string): string => {
    if (name === '') return name; // left out
    const known = rounded.get(name);
    if (known !== undefined) return known;
    const half = `${name}/half`;
    rounded.set(name, half);
    if (provider === 'cpu') pass(name, half);
    else cast(name, half, ELEMENT.float16);
    return half;
  };
  for (const one of graph.nodes) {
    const { op, inputs, output } = one;
    if (!HALVED.has(op) || typeof output !== 'string') {
      nodes.push(one);
      continue;
    }
    const result = `${output}/result`;
    nodes.push({ ...one, inputs: inputs.map(round), output: result });
    if (provider === 'cpu') pass(result, output);
    else cast(result, output, ELEMENT.float32);
  }
  return { ...graph, nodes };
}
