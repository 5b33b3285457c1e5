import type { ModelConstant, ModelGraph, ModelNode } from './onnx-proto.ts';
import { dataOf, isConstant, nodeOf, physicalShape, type Constant, type Data, type Value } from './value.ts';

/** A graph cut out of what was recorded, in the order of recording. */
export interface Graph {
  nodes: Value[];
  inputs: Value[];
  outputs: Value[];
  /** Equal for graphs that differ only in the inputs' contents. */
  signature: string;
}

/** Collects what the outputs need. */
export function collect(wanted: readonly Value[]): Graph {
  const outputs = [...new Set(wanted)];
  const nodes: Value[] = [];
  const seen = new Set<Value>();
  const stack = outputs.filter((value) => dataOf(value) === undefined);
  while (stack.length > 0) {
    const value = stack.pop()!;
    if (seen.has(value)) continue;
    seen.add(value);
    nodes.push(value);
    for (const input of nodeOf(value).inputs) {
      if (!isConstant(input) && dataOf(input) === undefined && !seen.has(input)) stack.push(input);
    }
  }
  // A value is recorded after what it is made from, so this order is one in which they can be computed.
  nodes.sort((a, b) => a.id - b.id);
  // Inputs are numbered by first use: the order in which weights were made does not matter.
  const inputs: Value[] = [];
  const number = new Map<Value, number>();
  const parts: string[] = [];
  for (const value of nodes) {
    let part = nodeOf(value).key;
    for (const input of nodeOf(value).inputs) {
      if (isConstant(input)) {
        part += ',c';
        continue;
      }
      if (!number.has(input)) {
        number.set(input, number.size);
        inputs.push(input);
        part += `,${input.dtype}[${input.shape}]`;
      }
      part += `,${number.get(input)}`;
    }
    number.set(value, number.size);
    parts.push(part);
  }
  for (const output of outputs) parts.push(`>${number.get(output)}`);
  return { nodes, inputs, outputs, signature: parts.join('\n') };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Data): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const BYTES = {
  float32: (v: readonly number[]) => new Uint8Array(Float32Array.from(v).buffer),
  int32: (v: readonly number[]) => new Uint8Array(Int32Array.from(v).buffer),
  int64: (v: readonly number[]) => new Uint8Array(BigInt64Array.from(v, BigInt).buffer),
  bool: (v: readonly number[]) => Uint8Array.from(v),
};

/**
 * The ONNX model of a graph. Inputs are named i0, i1…, outputs o0, o1…. The contents of the inputs whose
 * indices are in `baked` are part of the model.
 */
export function model({ nodes, inputs, outputs }: Graph, baked: ReadonlySet<number>): ModelGraph {
  const names = new Map<Value, string>();
  inputs.forEach((input, i) => names.set(input, `i${i}`));
  nodes.forEach((node, i) => names.set(node, `n${i}`));
  outputs.forEach((output, k) => names.set(output, `o${k}`));
  const constants = new Map<string, ModelConstant>();
  const nameOf = (input: Value | Constant): string => {
    if (!isConstant(input)) return names.get(input)!;
    const { type, shape, values } = input;
    const key = `${type}[${shape}]${values}`;
    let constant = constants.get(key);
    if (constant === undefined) {
      constant = { name: `c${constants.size}`, type, shape, data: BYTES[type](values) };
      constants.set(key, constant);
    }
    return constant.name;
  };
  const modelNodes: ModelNode[] = nodes.map((value) => {
    const { op, domain, attributes, inputs } = nodeOf(value);
    return { op, domain, attributes, inputs: inputs.map(nameOf), output: names.get(value)! };
  });
  const info = (value: Value, name: string) => ({
    name,
    type: value.dtype,
    shape: physicalShape(value),
  });
  return {
    nodes: modelNodes,
    constants: [
      ...constants.values(),
      ...[...baked].map((i) => ({ ...info(inputs[i], `i${i}`), data: bytesOf(dataOf(inputs[i])!) })),
    ],
    inputs: inputs.map((value, i) => info(value, `i${i}`)).filter((_, i) => !baked.has(i)),
    outputs: outputs.map((value, k) => info(value, `o${k}`)),
  };
}
