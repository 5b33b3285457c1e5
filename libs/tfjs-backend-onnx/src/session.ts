import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { blockOf } from './block.ts';
import { deviceError } from './device-error.ts';
import { collect, model, type Graph } from './graph.ts';
import type { Provider } from './kernels/backend-name.ts';
import { all, carried, first, last, loopModel, stacked, TURNS, type Turns } from './loop.ts';
import { halved, type Precision } from './half.ts';
import { encodeModel, type ModelGraph } from './onnx-proto.ts';
import { loadRuntime, type Binding, type OnnxRuntime } from './runtime.ts';
import { noStats, stopwatch } from './stats.ts';
import { dataOf, plain, size, type Data, type DataType, type Value } from './value.ts';

/**
 * ONNX Runtime plans one block for all values of a run, beside what the first run allocated. Graphs whose values
 * take more bytes than this do without: a training step on 4 images of 112×112 (base 32) took 2.8 GiB with the plan
 * and 1.6 GiB without, and no more CPU time. Nor do they use its arena, which keeps what it once had: the paper's training
 * step takes 16.9 GiB without it and 20.1 GiB with it.
 */
const LARGE_GRAPH = 4 * 2 ** 30;

export interface SessionOptions {
  /** Threads of one operator; default 1. */
  threads?: number;
  /** Execution provider; default `cpu`. */
  provider?: Provider;
  /** Folder of the onnxruntime-node to load; default: the installed one. One in a process. */
  runtime?: string;
  /** How many compiled graphs are kept; default 64. */
  cacheSize?: number;
  /** ORT's graph optimisation; default `all`. */
  optimisation?: InferenceSession.SessionOptions['graphOptimizationLevel'];
  /** Writes ORT's profile to a file beginning with this. */
  profile?: string;
}

type Port = Pick<Value, 'shape' | 'dtype'>;

interface Compiled {
  session: Binding;
  /** What was compiled, for a loop of it. */
  model: ModelGraph;
  /** Whether its values take less than {@link LARGE_GRAPH}. */
  isSmall: boolean;
  /** What each input holds; `baked`: its contents are part of the model. */
  inputs: readonly (Port & { baked: boolean })[];
  outputs: readonly Port[];
  fetches: Record<string, null>;
}

/** How a graph was run, so that it can be run again on other data. */
export interface Run {
  /** Of the compiled graph. */
  key: string;
  /** What each input held; `baked`: as a part of the graph. */
  inputs: readonly { data: Data; baked: boolean }[];
  /** The output that each of the computed values is. */
  outputOf: ReadonlyMap<Value, number>;
}

/** Compiles and runs recorded graphs; equal graphs are compiled once. */
export class Runtime {
  readonly stats = noStats();
  private readonly cache = new Map<string, Compiled>();

  private readonly ort: OnnxRuntime;
  /** Channels that convolutions take side by side; 1 where there are no such. */
  readonly block: number;

  constructor(private readonly options: SessionOptions) {
    this.ort = loadRuntime(options.runtime);
    this.block = this.provider === 'cpu' ? blockOf(this.ort) : 1;
  }

  /**
   * Computes pending values: afterwards each has its data, in the logical layout, and no node. Inputs from
   * the sources in `frozen` are compiled into the graph, so that ONNX Runtime lays out filters once and folds
   * what depends on nothing else.
   */
  materialise(values: readonly Value[], frozen: ReadonlySet<number>, precision: Precision = 'float32'): Run {
    const start = performance.now();
    const outputs = values.map(plain);
    const graph = collect(outputs);
    const sources = graph.inputs.map(({ content }) => {
      const source = content.kind === 'concrete' ? content.source : undefined;
      return frozen.has(source ?? -1) ? source : undefined;
    });
    const key = `${graph.signature}\n!${sources}${precision === 'float32' ? '' : `\n${precision}`}`;
    const known = this.recall(key);
    this.stats.collectMs += performance.now() - start;
    this.stats.nodes = graph.nodes.length;
    const compiled =
      known ??
      this.compile(graph, new Set(sources.flatMap((s, i) => (s === undefined ? [] : [i]))), precision);
    if (known === undefined) this.remember(key, compiled);

    const data = graph.inputs.map((input) => dataOf(input)!);
    const results = this.run(compiled, data);
    // A layout made for this graph is of no use to the next one, whose signature it would change.
    for (const input of graph.inputs) input.otherLayout = undefined;
    const position = new Map(graph.outputs.map((output, k) => [output, k]));
    const outputOf = new Map(values.map((value, k) => [value, position.get(outputs[k])!]));
    for (const [value, k] of outputOf) {
      value.content = { kind: 'concrete', data: results[k] };
      value.channelsFirst = false;
      value.otherLayout = undefined;
    }
    return { key, inputs: data.map((d, i) => ({ data: d, baked: compiled.inputs[i].baked })), outputOf };
  }

  /** Runs a graph on other data for its inputs and returns its outputs; `undefined` where it was evicted. */
  repeat(key: string, data: readonly Data[]): Data[] | undefined {
    const compiled = this.recall(key);
    if (compiled === undefined) return undefined;
    this.stats.repeats++;
    return this.run(compiled, data);
  }

  /**
   * Runs a graph several times in one call, as `turns` says, on data for its inputs: a list where each turn has its own, and where an
   * output is carried what it is at the start. Returns the outputs wanted of each turn, and of the last those carried; `undefined` where the graph
   * was evicted. Nothing else of the process runs meanwhile.
   */
  repeatInTurn(
    key: string,
    turns: Turns,
    count: number,
    data: readonly (Data | readonly Data[])[],
  ): { each: Map<number, Data[]>; last: Map<number, Data> } | undefined {
    const compiled = this.recall(key);
    if (compiled === undefined) return undefined;
    const loopKey = `${key}\n${JSON.stringify(turns)}`;
    const states = carried(turns);
    const loop = this.recall(loopKey) ?? this.compileLoop(loopKey, compiled, turns);
    const feeds: Record<string, OrtTensor> = {
      [TURNS]: new this.ort.package.Tensor('int64', BigInt64Array.of(BigInt(count)), []),
    };
    turns.inputs.forEach((held, i) => {
      const { dtype, shape, baked } = compiled.inputs[i];
      if (baked) return;
      if (held === 'same') feeds[`i${i}`] = this.tensorOf(data[i] as Data, dtype, shape);
      else if (held === 'each')
        feeds[stacked(i)] = this.tensorOf(joined(data[i] as readonly Data[]), dtype, [count, ...shape]);
      else {
        const { dtype, shape } = compiled.outputs[held.output];
        feeds[first(held.output)] = this.tensorOf(data[i] as Data, dtype, shape);
      }
    });
    this.stats.repeats += count;
    const results = this.measured(loop, feeds);
    this.stats.steps += count - 1;
    const parts = (k: number): Data[] => {
      const n = size(compiled.outputs[k].shape);
      const { data: whole } = results[all(k)];
      return Array.from({ length: count }, (_, turn) => whole.slice(turn * n, (turn + 1) * n));
    };
    return {
      each: new Map(turns.each.map((k) => [k, parts(k)])),
      last: new Map(states.map((k) => [k, results[last(k)].data])),
    };
  }

  private run(compiled: Compiled, data: readonly Data[]): Data[] {
    const feeds: Record<string, OrtTensor> = {};
    compiled.inputs.forEach(({ dtype, shape, baked }, i) => {
      if (!baked) feeds[`i${i}`] = this.tensorOf(data[i], dtype, shape);
    });
    const results = this.measured(compiled, feeds);
    return Object.keys(compiled.fetches).map((name) => results[name].data);
  }

  /** Runs a session, and adds what it took to the statistics. */
  private measured(
    { session, fetches }: Compiled,
    feeds: Record<string, OrtTensor>,
  ): Record<string, { data: Data }> {
    const stop = stopwatch();
    const results = onDevice(this.provider, () => session.run(feeds, fetches, {}));
    const { ms, cpuMs } = stop();
    this.stats.runs++;
    this.stats.steps++;
    this.stats.runMs += ms;
    this.stats.runCpuMs += cpuMs;
    for (const { data } of Object.values(feeds)) this.stats.crossedBytes += (data as Data).byteLength;
    for (const { data } of Object.values(results)) this.stats.crossedBytes += data.byteLength;
    return results;
  }

  get provider(): Provider {
    return this.options.provider ?? 'cpu';
  }

  private tensorOf(data: Data, dtype: DataType, shape: readonly number[]): OrtTensor {
    const { Tensor } = this.ort.package;
    if (dtype === 'bool') return new Tensor('bool', data as Uint8Array, shape);
    if (dtype === 'int32') return new Tensor('int32', data as Int32Array, shape);
    return new Tensor('float32', data as Float32Array, shape);
  }

  dispose(): void {
    for (const { session } of this.cache.values()) session.dispose();
    this.cache.clear();
  }

  /** Writes the profiles that were asked for by `profile`. */
  endProfiling(): void {
    for (const { session } of this.cache.values()) session.endProfiling();
  }

  private compile(graph: Graph, baked: ReadonlySet<number>, precision: Precision): Compiled {
    const exact = model(graph, baked);
    const whole = precision === 'float16' ? halved(exact, this.provider) : exact;
    const inputs = graph.inputs.map(({ dtype, shape }, i) => ({ dtype, shape, baked: baked.has(i) }));
    return {
      session: this.load(whole, bytesOf(graph) < LARGE_GRAPH),
      model: whole,
      isSmall: bytesOf(graph) < LARGE_GRAPH,
      inputs,
      outputs: graph.outputs.map(({ dtype, shape }) => ({ dtype, shape })),
      fetches: Object.fromEntries(graph.outputs.map((_, k) => [`o${k}`, null])),
    };
  }

  private compileLoop(key: string, compiled: Compiled, turns: Turns): Compiled {
    const whole = loopModel(compiled.model, turns);
    const session = this.load(whole, compiled.isSmall);
    const fetches = Object.fromEntries(whole.outputs.map(({ name }) => [name, null]));
    const loop = { ...compiled, session, fetches };
    this.remember(key, loop);
    return loop;
  }

  private load(graph: ModelGraph, isSmall: boolean): Binding {
    const stop = stopwatch();
    const { threads = 1, optimisation = 'all', profile } = this.options;
    const bytes = encodeModel(graph);
    const session = new this.ort.Session();
    const options: InferenceSession.SessionOptions = {
      executionProviders: [this.provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: optimisation,
      enableMemPattern: isSmall,
      enableCpuMemArena: isSmall,
      logSeverityLevel: 3,
      // Several worker processes share the cores: waiting threads must sleep.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
      ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
    };
    onDevice(this.provider, () =>
      session.loadModel(bytes.buffer, bytes.byteOffset, bytes.byteLength, options),
    );
    const { ms, cpuMs } = stop();
    this.stats.compiled++;
    this.stats.compileMs += ms;
    this.stats.compileCpuMs += cpuMs;
    return session;
  }

  /** The compiled graph of a key, which thereby becomes the last to be evicted. */
  private recall(key: string): Compiled | undefined {
    const compiled = this.cache.get(key);
    if (compiled === undefined) return undefined;
    this.cache.delete(key);
    this.cache.set(key, compiled);
    return compiled;
  }

  /** Keeps a compiled graph, and frees the one that was not used for longest where there are too many. */
  private remember(key: string, compiled: Compiled): void {
    this.cache.set(key, compiled);
    const { cacheSize = 64 } = this.options;
    if (this.cache.size <= cacheSize) return;
    const [oldest] = this.cache.keys();
    this.cache.get(oldest)!.session.dispose();
    this.cache.delete(oldest);
  }
}

/** Arrays of one kind, one after another. */
function joined(parts: readonly Data[]): Data {
  const whole = new (parts[0].constructor as Float32ArrayConstructor)(
    parts.reduce((n, { length }) => n + length, 0),
  );
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

/** What all values of a graph take together. */
const bytesOf = ({ nodes }: Graph): number =>
  nodes.reduce((sum, { shape, dtype }) => sum + size(shape) * (dtype === 'bool' ? 1 : 4), 0);

/** Runs what needs the device; its failures are told in one sentence. */
function onDevice<T>(provider: Provider, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw deviceError(provider, error);
  }
}
