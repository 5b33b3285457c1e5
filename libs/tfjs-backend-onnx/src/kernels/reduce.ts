import * as tf from '@tensorflow/tfjs-core';
import {
  CHANNELS_FIRST_AXIS,
  broadcast,
  int64s,
  plain,
  record,
  type DataType,
  smallOf,
  type Value,
} from '../value.ts';
import { cast, like, multiply } from './elementwise.ts';
import { lower } from './kernel.ts';
import { reshape } from './shape.ts';

/** Reduces over logical axes; the reduced axes are dropped. */
export function reduce(op: string, x: Value, axes: readonly number[], dtype: DataType = x.dtype): Value {
  const shape = x.shape.filter((_, axis) => !axes.includes(axis));
  if (axes.length === 0) return x;
  // In either layout what is left has the same order if the channels go, or if both height and width do.
  const orderKept = axes.includes(3) || (axes.includes(1) && axes.includes(2));
  const source = x.channelsFirst && orderKept ? x : plain(x);
  const at = axes.map((axis) => (source.channelsFirst ? CHANNELS_FIRST_AXIS[axis] : axis));
  return record(op, [source, int64s([...at].sort((a, b) => a - b))], shape, dtype, {
    attributes: { keepdims: 0 },
  });
}

interface ReduceAttributes {
  axis: number | number[];
  /** What Max calls its axes. */
  reductionIndices?: number | number[];
  keepDims?: boolean;
}

function lowerReduction(kernel: string, run: (x: Value, axes: number[]) => Value): void {
  lower<ReduceAttributes>(kernel, ({ inputs: { x }, attrs: { axis, reductionIndices, keepDims } }) => {
    const axes = tf.util.parseAxisParam(reductionIndices ?? axis, x.shape as number[]);
    const result = run(x, axes);
    return keepDims === true
      ? reshape(
          result,
          x.shape.map((n, k) => (axes.includes(k) ? 1 : n)),
        )
      : result;
  });
}

/** The sum of a value that is one small value repeated is a multiple of that value's own sum. */
function sum(x: Value, axes: readonly number[]): Value {
  const counted = cast(x, x.dtype === 'bool' ? 'int32' : x.dtype);
  const small = smallOf(counted);
  if (small === counted || small.shape.length !== counted.shape.length)
    return reduce('ReduceSum', counted, axes);
  const times = axes.reduce((n, axis) => n * (counted.shape[axis] / small.shape[axis]), 1);
  const inner = reduce('ReduceSum', small, axes);
  const rest = counted.shape.filter((_, axis) => !axes.includes(axis));
  return broadcast(multiply(inner, like(inner, times)), rest);
}

export function registerReductions(): void {
  lowerReduction('Sum', sum);
  lowerReduction('Mean', (x, axes) => reduce('ReduceMean', cast(x, 'float32'), axes));
  lowerReduction('Max', (x, axes) => reduce('ReduceMax', x, axes));
  lowerReduction('Min', (x, axes) => reduce('ReduceMin', x, axes));
  lowerReduction('Prod', (x, axes) =>
    reduce('ReduceProd', cast(x, x.dtype === 'bool' ? 'int32' : x.dtype), axes),
  );
  lowerReduction('All', (x, axes) => cast(reduce('ReduceMin', cast(x, 'int32'), axes), 'bool'));
  lowerReduction('Any', (x, axes) => cast(reduce('ReduceMax', cast(x, 'int32'), axes), 'bool'));
  for (const [kernel, op] of [
    ['ArgMax', 'ArgMax'],
    ['ArgMin', 'ArgMin'],
  ]) {
    lower<{ axis: number }>(kernel, ({ inputs: { x }, attrs }) => {
      const [axis] = tf.util.parseAxisParam(attrs.axis, x.shape as number[]);
      const shape = x.shape.filter((_, k) => k !== axis);
      const numbers = x.dtype === 'bool' ? cast(x, 'int32') : x;
      const index = record(op, [plain(numbers)], shape, 'int32', { attributes: { axis, keepdims: 0 } });
      return record('Cast', [index], shape, 'int32', { attributes: { to: 6 } });
    });
  }
  lower<{ dim: number }>('Softmax', ({ inputs: { logits: x } }) =>
    record('Softmax', [plain(x)], x.shape, x.dtype, { attributes: { axis: -1 } }),
  );
  lower('LogSoftmax', ({ inputs: { logits: x } }) =>
    record('LogSoftmax', [plain(x)], x.shape, x.dtype, { attributes: { axis: -1 } }),
  );
  lower<{ axis: number; exclusive: boolean; reverse: boolean }>('Cumsum', ({ inputs: { x }, attrs }) =>
    record('CumSum', [plain(x), { type: 'int32', shape: [], values: [attrs.axis] }], x.shape, x.dtype, {
      attributes: { exclusive: Number(attrs.exclusive), reverse: Number(attrs.reverse) },
    }),
  );
}
