import { createRequire } from 'node:module';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import {
  encodeModel,
  type ElementType,
  type ModelConstant,
  type ModelNode,
  type ModelValue,
} from './onnx-proto.ts';
import { isConstant, physicalShape, plain, type Constant, type Data, type Value } from './value.ts';

export interface SessionOptions {
  /** Threads of one operator; default 1. */
  threads?: number;
  /** Execution provider; default `cpu`. */
  provider?: 'cpu' | 'webgpu' | 'cuda';
  /** How many compiled graphs are kept; default 64. */
  cacheSize?: number;
  /** ORT's graph optimisation; default `extended`. */
  optimisation?: InferenceSession.SessionOptions['graphOptimizationLevel'];
  /** Writes ORT's profile to a file beginning with this. */
  profile?: string;
}

/** What the backend did so far. */
export interface Stats {
  /** Graphs compiled, and the time that took. */
  compiled: number;
  compileMs: number;
  /** Graphs run, and the time inside ONNX Runtime. */
  runs: number;
  runMs: number;
  /** Time spent on collecting and recognising graphs. */
  collectMs: number;
  /** Nodes of the last graph. */
  nodes: number;
  /** Kernels that fell back to the cpu backend, by name. */
  fallbacks: Record<string, number>;
}

/** The synchronous binding beneath onnxruntime-node's promises; tfjs's `dataSync` needs it. */
interface Binding {
  loadModel(
    buffer: ArrayBufferLike,
    offset: number,
    length: number,
    options: InferenceSession.SessionOptions,
  ): void;
  run(
    feeds: Record<string, OrtTensor>,
    fetches: Record<string, null>,
    options: object,
  ): Record<string, { data: Data }>;
  endProfiling(): void;
  dispose(): void;
}

const require = createRequire(import.meta.url);
const ort = require('onnxruntime-node') as typeof import('onnxruntime-node');
const { binding, initOrt } = require('onnxruntime-node/dist/binding.js') as {
  binding: { InferenceSession: new () => Binding };
  initOrt: () => void;
};

interface Compiled {
  session: Binding;
  fetches: Record<string, null>;
}

/** Compiles and runs recorded graphs; equal graphs are compiled once. */
export class Runtime {
  readonly stats: Stats = {
    compiled: 0,
    compileMs: 0,
    runs: 0,
    runMs: 0,
    collectMs: 0,
    nodes: 0,
    fallbacks: {},
  };
  private readonly cache = new Map<string, Compiled>();

  constructor(private readonly options: SessionOptions) {
    initOrt();
  }

  /** Computes pending values: afterwards each has its data, in the logical layout, and no node. */
  materialise(values: readonly Value[]): void {
    const start = performance.now();
    const outputs = values.map(plain);
    const graph = collect(outputs);
    let compiled = this.cache.get(graph.signature);
    const collected = performance.now();
    this.stats.collectMs += collected - start;
    this.stats.nodes = graph.nodes.length;
    if (compiled === undefined) {
      compiled = this.compile(graph);
      this.stats.compiled++;
      this.stats.compileMs += performance.now() - collected;
    }
    // Last in the map is most recently used
    this.cache.delete(graph.signature);
    this.cache.set(graph.signature, compiled);

    const begun = performance.now();
    const feeds: Record<string, OrtTensor> = {};
    graph.inputs.forEach((input, i) => (feeds[`i${i}`] = tensorOf(input)));
    const results = compiled.session.run(feeds, compiled.fetches, {});
    this.stats.runs++;
    this.stats.runMs += performance.now() - begun;
    // A layout made for this graph is of no use to the next one, whose signature it would change.
    for (const input of graph.inputs) input.otherLayout = undefined;
    const position = new Map(graph.outputs.map((output, k) => [output, k]));
    values.forEach((value, k) => {
      value.data = results[`o${position.get(outputs[k])}`].data;
      (value as { channelsFirst: boolean }).channelsFirst = false;
      value.node = value.small = value.otherLayout = undefined;
    });
  }

  dispose(): void {
    for (const { session } of this.cache.values()) session.dispose();
    this.cache.clear();
  }

  /** Writes the profiles that were asked for by `profile`. */
  endProfiling(): void {
    for (const { session } of this.cache.values()) session.endProfiling();
  }

  private compile(graph: Graph): Compiled {
    const {
      threads = 1,
      provider = 'cpu',
      cacheSize = 64,
      optimisation = 'extended',
      profile,
    } = this.options;
    const bytes = encodeModel(model(graph));
    const session = new binding.InferenceSession();
    session.loadModel(bytes.buffer, bytes.byteOffset, bytes.byteLength, {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: optimisation,
      logSeverityLevel: 3,
      // Several worker processes share the cores: waiting threads must sleep.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
      ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
    });
    if (this.cache.size >= cacheSize) {
      const [oldest] = this.cache.keys();
      this.cache.get(oldest)!.session.dispose();
      this.cache.delete(oldest);
    }
    return { session, fetches: Object.fromEntries(graph.outputs.map((_, k) => [`o${k}`, null])) };
  }
}

function tensorOf(value: Value): OrtTensor {
  const { data, dtype, shape } = value;
  if (dtype === 'bool') return new ort.Tensor('bool', data as Uint8Array, shape);
  if (dtype === 'int32') return new ort.Tensor('int32', data as Int32Array, shape);
  return new ort.Tensor('float32', data as Float32Array, shape);
}

/** A graph cut out of what was recorded, in the order of recording. */
interface Graph {
  nodes: Value[];
  inputs: Value[];
  outputs: Value[];
  /** Equal for graphs that differ only in the inputs' contents. */
  signature: string;
}

/** Collects what the outputs need. */
function collect(wanted: readonly Value[]): Graph {
  const outputs = [...new Set(wanted)];
  const nodes: Value[] = [];
  const seen = new Set<Value>();
  const stack = outputs.filter((value) => value.data === undefined);
  while (stack.length > 0) {
    const value = stack.pop()!;
    if (seen.has(value)) continue;
    seen.add(value);
    nodes.push(value);
    for (const input of value.node!.inputs) {
      if (!isConstant(input) && input.data === undefined && !seen.has(input)) stack.push(input);
    }
  }
  // A value is recorded after what it is made from, so this order is one in which they can be computed.
  nodes.sort((a, b) => a.id - b.id);
  // Inputs are numbered by first use: the order in which weights were made does not matter.
  const inputs: Value[] = [];
  const number = new Map<Value, number>();
  const parts: string[] = [];
  for (const value of nodes) {
    let part = value.node!.key;
    for (const input of value.node!.inputs) {
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

const elementType = (value: Value): ElementType => value.dtype;

const BYTES = {
  float32: (v: readonly number[]) => new Uint8Array(Float32Array.from(v).buffer),
  int32: (v: readonly number[]) => new Uint8Array(Int32Array.from(v).buffer),
  int64: (v: readonly number[]) => new Uint8Array(BigInt64Array.from(v, BigInt).buffer),
  bool: (v: readonly number[]) => Uint8Array.from(v),
};

/** The ONNX model of a graph. Inputs are named i0, i1…, outputs o0, o1…. */
function model({ nodes, inputs, outputs }: Graph): Parameters<typeof encodeModel>[0] {
  const names = new Map<Value, string>();
  inputs.forEach((input, i) => names.set(input, `i${i}`));
  nodes.forEach((node, i) => names.set(node, `n${i}`));
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
    const { op, domain, attributes, inputs } = value.node!;
    return { op, domain, attributes, inputs: inputs.map(nameOf), output: names.get(value)! };
  });
  const info = (value: Value, name: string): ModelValue => ({
    name,
    type: elementType(value),
    shape: physicalShape(value),
  });
  // An output may also be used inside, so it gets a name of its own.
  outputs.forEach((value, k) => {
    const inputs = [names.get(value)!];
    modelNodes.push({ op: 'Identity', domain: '', attributes: {}, inputs, output: `o${k}` });
  });
  return {
    nodes: modelNodes,
    constants: [...constants.values()],
    inputs: inputs.map((value, i) => info(value, `i${i}`)),
    outputs: outputs.map((value, k) => info(value, `o${k}`)),
  };
}
