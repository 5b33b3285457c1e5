import * as tf from '@tensorflow/tfjs-core';
import { dataOf, plain, record, type DataType } from '../value.ts';
import { add, binary, cast, filledAs, like, multiply, where } from './elementwise.ts';
import { lower } from './kernel.ts';
import { reshape, slice } from './shape.ts';

/** What is looked up or added up by indices, and indices themselves. */
export function registerIndexing(): void {
  lower<{ axis: number; batchDims: number }>('GatherV2', ({ inputs: { x, indices }, attrs }) => {
    const [axis] = tf.util.parseAxisParam(attrs.axis, x.shape as number[]);
    // Indices that are known on the host are checked here, the others when the graph runs.
    const inside = dataOf(indices)?.every((i) => i >= 0 && i < x.shape[axis]) ?? true;
    if (attrs.batchDims !== 0 || !inside) return undefined;
    const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
    return record('Gather', [plain(x), plain(indices)], shape, x.dtype, { attributes: { axis } });
  });
  lower<{ numSegments: number }>(
    'UnsortedSegmentSum',
    ({ inputs: { x, segmentIds }, attrs: { numSegments } }) => {
      const shape = [numSegments, ...x.shape.slice(1)];
      // Ids outside the segments count for none: they go to one segment more, which is cut off.
      const [zero, last] = [like(segmentIds, 0), like(segmentIds, numSegments)];
      const inside = binary('Min', segmentIds, last);
      const ids = where(binary('Less', segmentIds, zero, 'bool'), last, inside);
      const rows = reshape(ids, [segmentIds.shape[0], 1]);
      const index = record('Cast', [rows], rows.shape, 'int32', { attributes: { to: 7 } });
      const padded = [numSegments + 1, ...x.shape.slice(1)];
      const sums = record('ScatterND', [plain(filledAs(x, 0, padded)), index, plain(x)], padded, x.dtype, {
        attributes: { reduction: 'add' },
      });
      return slice(
        sums,
        padded.map(() => 0),
        shape,
      );
    },
  );
  lower<{ depth: number; onValue: number; offValue: number; dtype: DataType }>(
    'OneHot',
    ({ inputs: { indices }, attrs: { depth, onValue, offValue, dtype } }) => {
      const classes = Array.from({ length: depth }, (_, k) => k);
      const column = reshape(indices, [...indices.shape, 1]);
      const shape = [...indices.shape, depth];
      const hit = record(
        'Equal',
        [plain(column), { type: 'int32', shape: [depth], values: classes }],
        shape,
        'bool',
      );
      const ones = cast(hit, dtype);
      return onValue === 1 && offValue === 0
        ? ones
        : add(multiply(ones, like(ones, onValue - offValue)), like(ones, offValue));
    },
  );
  // Numbers that the attributes alone tell.
  lower<{ start: number; stop: number; step: number; dtype: DataType }>('Range', ({ attrs }) => {
    const { start, stop, step, dtype } = attrs;
    // As tfjs: a step away from `stop` gives nothing, but 1 stands for -1 where that is meant
    const by = stop < start && step === 1 ? -1 : step;
    const length = Math.max(0, Math.ceil((stop - start) / by));
    const values = Array.from({ length }, (_, i) => start + i * by);
    return record('Identity', [{ type: dtype, shape: [values.length], values }], [values.length], dtype);
  });
  lower<{ start: number; stop: number; num: number }>('LinSpace', ({ attrs: { start, stop, num } }) => {
    const values = Array.from({ length: num }, (_, i) => start + ((stop - start) * i) / Math.max(1, num - 1));
    return record('Identity', [{ type: 'float32', shape: [num], values }], [num], 'float32');
  });
}
