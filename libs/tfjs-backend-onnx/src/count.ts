import type { Computing } from './backend.ts';
import { collect, type Graph } from './graph.ts';
import type { Run } from './session.ts';
import { noStats } from './stats.ts';
import { dataOf, isConstant, nodeOf, physicalShape, plain, size, type Data, type Value } from './value.ts';

/** What running a graph once takes, as far as its text tells. */
export interface GraphCost {
  /** Operators: each is a launch of its own, but for those that the runtime fuses. */
  readonly nodes: number;
  /** Multiplications with an addition, of convolutions and matrix products. */
  readonly multiplications: number;
  /** What goes in and out, and so to a device and back: state, batch and results. */
  readonly crossedBytes: number;
  /** The most that inputs, what is compiled in, and values that are still needed take at once. */
  readonly peakBytes: number;
}

/** Multiplications with an addition that a node takes. */
function multiplicationsOf(value: Value): number {
  const { op, inputs } = nodeOf(value);
  const [x, w] = inputs.map((input) => (isConstant(input) ? [] : physicalShape(input)));
  // Filters are [out, in of a group, height, width], transposed ones [in, out of a group, height, width].
  if (op === 'Conv') return size(value.shape) * size(w.slice(1));
  if (op === 'ConvTranspose') return size(x) * size(w.slice(1));
  if (op === 'MatMul' || op === 'FusedMatMul') {
    // Each of the output's [...,m,n] is a sum over k: a matrix of x has m·k.
    return size(value.shape) * (size(x.slice(-2)) / value.shape.at(-2)!);
  }
  return 0;
}

const bytesOf = ({ shape, dtype }: Value): number => size(shape) * (dtype === 'bool' ? 1 : 4);

/** Operators that give their input under another shape or name. */
const ALIASES = new Set(['Reshape', 'Identity']);

/** What a graph's values take at most at once, where each is freed after its last use. */
function peakOf({ nodes, inputs, outputs }: Graph): number {
  const root = new Map<Value, Value>();
  const rootOf = (value: Value): Value => root.get(value) ?? value;
  for (const value of nodes) {
    const { op, inputs } = nodeOf(value);
    const [first] = inputs;
    if (ALIASES.has(op) && !isConstant(first)) root.set(value, rootOf(first));
  }
  const lastUse = new Map<Value, number>();
  nodes.forEach((value, i) => {
    for (const input of nodeOf(value).inputs) if (!isConstant(input)) lastUse.set(rootOf(input), i);
  });
  const kept = new Set([...inputs, ...outputs].map(rootOf));
  const freed = nodes.map((): Value[] => []);
  for (const [value, i] of lastUse) if (!kept.has(value)) freed[i].push(value);
  let now = inputs.reduce((sum, input) => sum + bytesOf(input), 0);
  let peak = now;
  nodes.forEach((value, i) => {
    if (!root.has(value)) now += bytesOf(value);
    peak = Math.max(peak, now);
    for (const gone of freed[i]) now -= bytesOf(gone);
  });
  return peak;
}

/** @param baked inputs whose contents are compiled in */
function costOf(graph: Graph, baked: (input: Value) => boolean): GraphCost {
  const crossing = [...graph.inputs.filter((input) => !baked(input)), ...graph.outputs];
  return {
    nodes: graph.nodes.length,
    multiplications: graph.nodes.reduce((sum, value) => sum + multiplicationsOf(value), 0),
    crossedBytes: crossing.reduce((sum, value) => sum + bytesOf(value), 0),
    peakBytes: peakOf(graph),
  };
}

/** The zeros of a value. */
function zeros({ shape, dtype }: Value): Data {
  const n = size(shape);
  if (dtype === 'float32') return new Float32Array(n);
  return dtype === 'int32' ? new Int32Array(n) : new Uint8Array(n);
}

/** Computes nothing: whatever is asked for is 0. `seen` hears what each graph would take. */
export class CountingRuntime implements Computing {
  readonly block = 1;
  readonly provider = 'cuda';
  readonly stats = noStats();

  constructor(private readonly seen: (cost: GraphCost) => void) {}

  materialise(values: readonly Value[], frozen: ReadonlySet<number>): Run {
    const outputs = values.map(plain);
    const graph = collect(outputs);
    const baked = ({ content }: Value) =>
      content.kind === 'concrete' && content.source !== undefined && frozen.has(content.source);
    this.seen(costOf(graph, baked));
    this.stats.runs++;
    const inputs = graph.inputs.map((input) => ({ data: dataOf(input)!, baked: baked(input) }));
    for (const input of graph.inputs) input.otherLayout = undefined;
    const outputOf = new Map(values.map((value, k) => [value, graph.outputs.indexOf(outputs[k])]));
    for (const value of values) {
      value.content = { kind: 'concrete', data: zeros(value) };
      value.channelsFirst = false;
      value.otherLayout = undefined;
    }
    return { key: graph.signature, inputs, outputOf };
  }

  /** A step is recorded in every call: so each is counted. */
  repeat = (): undefined => undefined;

  repeatInTurn = (): undefined => undefined;

  dispose(): void {}

  endProfiling(): void {}
}
