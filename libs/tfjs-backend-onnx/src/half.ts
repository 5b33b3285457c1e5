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
 * value that several take is rounded once.
 */
export function halved(graph: ModelGraph, provider: Provider): ModelGraph {
  const nodes: ModelNode[] = [];
  /** ONNX Runtime has no such kernels for x64: it computes in 32 bits between casts, and takes casts out that meet, unless something stands between. */
  const between = (from: string, to: string) => nodes.push(node('Concat', from, to, { axis: 0 }));
  const cast = (from: string, to: string, type: number) => nodes.push(node('Cast', from, to, { to: type }));
  const rounded = new Map<string, string>();
  const round = (name: string): string => {
    if (name === '') return name; // left out
    const known = rounded.get(name);
    if (known !== undefined) return known;
    const half = `${name}/half`;
    rounded.set(name, half);
    if (provider !== 'cpu') cast(name, half, ELEMENT.float16);
    else {
      cast(name, `${name}/cast`, ELEMENT.float16);
      between(`${name}/cast`, half);
    }
    return half;
  };
  for (const one of graph.nodes) {
    const { op, inputs, output } = one;
    if (!HALVED.has(op) || typeof output !== 'string') {
      nodes.push(one);
      continue;
    }
    const [result, shown] = [`${output}/result`, `${output}/shown`];
    nodes.push({ ...one, inputs: inputs.map(round), output: result });
    if (provider === 'cpu') between(result, shown);
    cast(provider === 'cpu' ? shown : result, output, ELEMENT.float32);
  }
  return { ...graph, nodes };
}
