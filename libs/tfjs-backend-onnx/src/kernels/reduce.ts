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

/** Reduces over logical axes; the reduced axes are dropped, or kept with a length of 1. */
export function reduce(
  op: string,
  x: Value,
  axes: readonly number[],
  { dtype = x.dtype, keepDims = false }: { dtype?: DataType; keepDims?: boolean } = {},
): Value {
  const shape = keepDims ? kept(x, axes) : x.shape.filter((_, axis) => !axes.includes(axis));
  if (axes.length === 0) return x;
  // In either layout what is left has the same order if the channels go, or if both height and width do.
  const orderKept = axes.includes(3) || (axes.includes(1) && axes.includes(2));
  const source = x.channelsFirst && (orderKept || keepDims) ? x : plain(x);
  const at = axes.map((axis) => (source.channelsFirst ? CHANNELS_FIRST_AXIS[axis] : axis));
  return record(op, [source, int64s([...at].sort((a, b) => a - b))], shape, dtype, {
    attributes: { keepdims: Number(keepDims) },
    channelsFirst: keepDims && source.channelsFirst,
  });
}

const kept = ({ shape }: Value, axes: readonly number[]): number[] =>
  shape.map((n, axis) => (axes.includes(axis) ? 1 : n));

interface ReduceAttributes {
  axis: number | number[];
  /** What Max calls its axes. */
  reductionIndices?: number | number[];
  keepDims?: boolean;
}

function lowerReduction(kernel: string, run: (x: Value, axes: number[], keepDims: boolean) => Value): void {
  lower<ReduceAttributes>(kernel, ({ inputs: { x }, attrs: { axis, reductionIndices, keepDims } }) => {
    const axes = tf.util.parseAxisParam(reductionIndices ?? axis, x.shape as number[]);
    return run(x, axes, keepDims === true);
  });
}

/** The sum of a value that is one small value repeated is a multiple of that value's own sum. */
function sum(x: Value, axes: readonly number[], keepDims: boolean): Value {
  const counted = cast(x, x.dtype === 'bool' ? 'int32' : x.dtype);
  const small = smallOf(counted);
  if (small === counted || small.shape.length !== counted.shape.length)
    return reduce('ReduceSum', counted, axes, { keepDims });
  const times = axes.reduce((n, axis) => n * (counted.shape[axis] / small.shape[axis]), 1);
  const inner = reduce('ReduceSum', small, axes, { keepDims });
  const rest = keepDims ? kept(counted, axes) : counted.shape.filter((_, axis) => !axes.includes(axis));
  return broadcast(multiply(inner, like(inner, times)), rest);
}

export function registerReductions(): void {
  lowerReduction('Sum', sum);
  lowerReduction('Mean', (x, axes, keepDims) => reduce('ReduceMean', cast(x, 'float32'), axes, { keepDims }));
  lowerReduction('Max', (x, axes, keepDims) => reduce('ReduceMax', x, axes, { keepDims }));
  lowerReduction('Min', (x, axes, keepDims) => reduce('ReduceMin', x, axes, { keepDims }));
  lowerReduction('Prod', (x, axes, keepDims) =>
    reduce('ReduceProd', cast(x, x.dtype === 'bool' ? 'int32' : x.dtype), axes, { keepDims }),
  );
  lowerReduction('All', (x, axes, keepDims) =>
    cast(reduce('ReduceMin', cast(x, 'int32'), axes, { keepDims }), 'bool'),
  );
  lowerReduction('Any', (x, axes, keepDims) =>
    cast(reduce('ReduceMax', cast(x, 'int32'), axes, { keepDims }), 'bool'),
  );
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
