import * as tf from '@tensorflow/tfjs-core';
import { compiledStep, type CompiledStep, type Step, type StepOptions } from './compiled-step.ts';
import type { Precision } from './half.ts';
import type { Provider } from './kernels/backend-name.ts';
import type { Recorder } from './recorder.ts';
import type { Run, Runtime } from './session.ts';
import type { Stats } from './stats.ts';
import { computed, concrete, dataOf, type Data, type DataType, type Value } from './value.ts';

/** Where a data id keeps its entry. A WeakMap would cost more in garbage collection than recording does. */
const ENTRY = Symbol('entry');
type DataId = { [ENTRY]?: Entry };

/** What a tensor holds, and how many tensors share it. */
interface Entry {
  /** The backend that holds it: those of several providers share the symbol. */
  owner: OnnxBackend;
  references: number;
  /** Numbers and truth values: computed or recorded. */
  value?: Value;
  /** Strings stay on the host and never enter a graph. */
  strings?: Uint8Array[];
  /** The real and the imaginary part of complex numbers. */
  parts?: ComplexParts;
}

export interface ComplexParts {
  real: tf.TensorInfo;
  imag: tf.TensorInfo;
}

/** What computes recorded graphs. */
export type Computing = Pick<
  Runtime,
  'block' | 'provider' | 'stats' | 'materialise' | 'repeat' | 'repeatInTurn' | 'dispose' | 'endProfiling'
>;

/** Nothing reads for so long that memory would run out: compute what is pending. */
const MAX_PENDING = 50_000;

/**
 * A tfjs backend that records kernels and computes when a value is read: everything that live
 * tensors need, as one ONNX graph.
 */
export class OnnxBackend extends tf.KernelBackend implements Recorder {
  private dataIds = 0;
  /** Live values that are not computed yet, in the order of their creation, and how many tensors have each. */
  private readonly pending = new Map<Value, number>();

  constructor(private readonly runtime: Computing) {
    super();
  }

  /** Channels that convolutions take side by side; 1 where there are no such. */
  get block(): number {
    return this.runtime.block;
  }

  get provider(): Provider {
    return this.runtime.provider;
  }

  get stats(): Stats {
    return this.runtime.stats;
  }

  private entry(dataId: DataId): Entry {
    if (dataId[ENTRY]?.owner !== this) tf.engine().moveData(this, dataId); // from another backend
    return dataId[ENTRY]!;
  }

  private store(entry: Omit<Entry, 'owner'>, dataId: DataId = {}): object {
    dataId[ENTRY] = { ...entry, owner: this };
    this.dataIds++;
    return dataId;
  }

  /** The value behind a tensor; `undefined` for strings and complex numbers. */
  value(dataId: object): Value | undefined {
    return this.entry(dataId).value;
  }

  /** The parts of a complex tensor. */
  parts(dataId: object): ComplexParts | undefined {
    return this.entry(dataId).parts;
  }

  /** Makes a complex tensor of two values. */
  addComplex(real: Value, imag: Value): tf.TensorInfo {
    const dataId = this.store({ parts: { real: this.add(real), imag: this.add(imag) }, references: 1 });
    return { dataId, shape: real.shape as number[], dtype: 'complex64' };
  }

  /** Makes a tensor of a value. */
  add(value: Value): tf.TensorInfo {
    const dataId = this.store({ value, references: 1 });
    if (value.content.kind !== 'concrete') {
      this.pending.set(value, (this.pending.get(value) ?? 0) + 1);
      if (this.pending.size > MAX_PENDING) this.flush();
    }
    return { dataId, shape: value.shape as number[], dtype: value.dtype };
  }

  /** Computes every live tensor that is pending; tells how, where there is any. */
  flush(precision?: Precision): Run | undefined {
    if (this.pending.size === 0) return undefined;
    const run = this.runtime.materialise([...this.pending.keys()], this.frozen(), precision);
    this.pending.clear(); // where the device fails they stay, to be asked for again
    return run;
  }

  /** Runs a compiled graph again on other data; `undefined` where it is not kept any more. */
  repeat(key: string, data: readonly Data[]): Data[] | undefined {
    return this.runtime.repeat(key, data);
  }

  /** Runs a compiled graph several times in one call; `undefined` where it is not kept any more. */
  repeatInTurn(...call: Parameters<Runtime['repeatInTurn']>): ReturnType<Runtime['repeatInTurn']> {
    return this.runtime.repeatInTurn(...call);
  }

  /** Makes a tensor of what a graph computed. */
  tensor(data: Data, shape: readonly number[], dtype: DataType): tf.Tensor {
    return tf.engine().makeTensorFromTensorInfo(this.add(computed({ data, dtype }, shape)), this);
  }

  /** A step that is called twice and then repeated from its compiled graph: see {@link compiledStep}. */
  compileStep<I extends tf.NamedTensorMap, O extends tf.NamedTensorMap>(
    step: Step<I, O>,
    options?: StepOptions,
  ): CompiledStep<I, O> {
    return compiledStep(this, step, options);
  }

  /** Sources of the variables that are not trainable and still hold what the host wrote. */
  private frozen(): Set<number> {
    const sources = new Set<number>();
    for (const { trainable, dataId } of Object.values(tf.engine().registeredVariables)) {
      const content = trainable ? undefined : (dataId as DataId)[ENTRY]?.value?.content;
      if (content?.kind === 'concrete' && content.source !== undefined) sources.add(content.source);
    }
    return sources;
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): tf.DataId {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(
    dataId: tf.DataId,
    values: tf.BackendValues,
    shape: number[],
    dtype: tf.DataType,
    references: number,
  ): void {
    if (dtype === 'string') {
      this.store({ references, strings: values as Uint8Array[] }, dataId);
      return;
    }
    if (dtype === 'complex64') throw new Error('complex numbers are made of their parts, by tf.complex');
    this.store({ value: concrete(typed(values, dtype), shape, dtype), references }, dataId);
  }

  override readSync(dataId: object): tf.BackendValues {
    const { value, strings, parts } = this.entry(dataId);
    if (strings !== undefined) return strings;
    if (parts !== undefined) {
      const [real, imag] = [parts.real, parts.imag].map((part) => this.readSync(part.dataId));
      return tf.backend_util.mergeRealAndImagArrays(real as Float32Array, imag as Float32Array);
    }
    if (dataOf(value!) === undefined) this.flush();
    return dataOf(value!)!;
  }

  override async read(dataId: object): Promise<tf.BackendValues> {
    return this.readSync(dataId);
  }

  override incRef(dataId: object): void {
    this.entry(dataId).references++;
  }

  decRef(dataId: object): void {
    this.entry(dataId).references--;
  }

  override refCount(dataId: DataId): number {
    const entry = dataId[ENTRY];
    return entry?.owner === this ? entry.references : 0;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const entry = dataId[ENTRY];
    if (entry?.owner !== this) return true;
    entry.references--;
    if (!force && entry.references > 0) return false;
    dataId[ENTRY] = undefined;
    this.dataIds--;
    const { value, parts } = entry;
    if (value !== undefined) {
      const others = (this.pending.get(value) ?? 0) - 1;
      if (others > 0) this.pending.set(value, others);
      else this.pending.delete(value);
    }
    if (parts !== undefined)
      for (const { dataId } of [parts.real, parts.imag]) this.disposeData(dataId, true);
    return true;
  }

  override numDataIds(): number {
    return this.dataIds;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override timerAvailable(): boolean {
    return true;
  }

  override async time(f: () => void): Promise<tf.BackendTimingInfo> {
    const start = performance.now();
    f();
    this.flush();
    return { kernelMs: performance.now() - start };
  }

  override dispose(): void {
    this.runtime.dispose();
  }

  /** Writes ORT's profiles where `profile` asked for them. */
  endProfiling(): void {
    this.runtime.endProfiling();
  }
}

function typed(values: tf.BackendValues, dtype: DataType): Data {
  if (dtype === 'float32') return values instanceof Float32Array ? values : Float32Array.from(values as Data);
  if (dtype === 'int32') return values instanceof Int32Array ? values : Int32Array.from(values as Data);
  return values instanceof Uint8Array ? values : Uint8Array.from(values as Data);
}
