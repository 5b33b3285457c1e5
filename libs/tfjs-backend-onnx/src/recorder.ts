import type * as tf from '@tensorflow/tfjs-core';
import type { Precision } from './half.ts';
import type { Turns } from './loop.ts';
import type { Run } from './session.ts';
import type { Stats } from './stats.ts';
import type { Data, DataType, Value } from './value.ts';

/** What a compiled step needs of the backend. */
export interface Recorder {
  readonly stats: Stats;
  /** The value behind a tensor; `undefined` for strings and complex numbers. */
  value(dataId: object): Value | undefined;
  /** How many tensors share the data; 0 where it is another backend's. */
  refCount(dataId: object): number;
  /** Computes every live tensor that is pending; tells how, where there is any. */
  flush(precision?: Precision): Run | undefined;
  /** Runs a compiled graph again on other data; `undefined` where it is not kept any more. */
  repeat(key: string, data: readonly Data[]): Data[] | undefined;
  /** Runs a compiled graph several times in one call; `undefined` where it is not kept any more. */
  repeatInTurn(
    key: string,
    turns: Turns,
    count: number,
    data: readonly (Data | readonly Data[])[],
  ): { each: Map<number, Data[]>; last: Map<number, Data> } | undefined;
  /** Makes a tensor of what a graph computed. */
  tensor(data: Data, shape: readonly number[], dtype: DataType): tf.Tensor;
}
