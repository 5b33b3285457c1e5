import * as tf from '@tensorflow/tfjs-core';
import {
  CHANNELS_FIRST_AXIS,
  broadcast,
  channelsFirst,
  computed,
  fillOf,
  isShape,
  int64s,
  physicalShape,
  plain,
  record,
  scalarOf,
  size,
  type Value,
} from '../value.ts';
import { filledAs } from './elementwise.ts';
import { lower } from './kernel.ts';

export function reshape(x: Value, shape: readonly number[]): Value {
  if (x.content.kind === 'repeated' && fillOf(x) !== undefined) return broadcast(x.content.small, shape);
  if (isShape(x.shape, shape)) return x;
  const source = plain(x);
  if (source.content.kind === 'concrete') return computed({ ...source.content, dtype: x.dtype }, shape);
  // ONNX takes a 0 for "as it is" unless told otherwise
  const attributes: Record<string, number> = shape.includes(0) ? { allowzero: 1 } : {};
  return record('Reshape', [unshaped(source), int64s(shape)], shape, x.dtype, { attributes });
}

/** What a value is a reshaped form of, in the order in which it is computed: two changes of shape are one. */
function unshaped(x: Value): Value {
  const node = x.content.kind === 'pending' ? x.content.node : undefined;
  return node?.op === 'Reshape' ? (node.inputs[0] as Value) : x;
}

export function transpose(x: Value, perm: readonly number[]): Value {
  const shape = perm.map((axis) => x.shape[axis]);
  // Where x is computed channels first, from that layout
  const source = x.channelsFirst ? x : plain(x);
  const from = source.channelsFirst ? perm.map((axis) => CHANNELS_FIRST_AXIS[axis]) : perm;
  if (movesNothing(physicalShape(source), from)) {
    return source.channelsFirst || !tf.util.arraysEqual(x.shape as number[], shape)
      ? record('Reshape', [source, int64s(shape)], shape, x.dtype)
      : source;
  }
  return record('Transpose', [source], shape, x.dtype, { attributes: { perm: from } });
}

/** Whether a permutation of axes leaves the order of the elements as it is. */
function movesNothing(shape: readonly number[], perm: readonly number[]): boolean {
  const long = perm.filter((axis) => shape[axis] !== 1);
  return long.every((axis, k) => k === 0 || axis > long[k - 1]);
}

/** A window of a value: `begin` inclusive, `end` exclusive, by logical axis. */
export function slice(
  x: Value,
  begin: readonly number[],
  end: readonly number[],
  steps: readonly number[] = begin.map(() => 1),
): Value {
  const source = x.channelsFirst ? x : plain(x);
  const shape = begin.map((from, axis) => Math.max(0, Math.ceil((end[axis] - from) / steps[axis])));
  const axes = [...shape.keys()].filter(
    (axis) => begin[axis] !== 0 || end[axis] !== x.shape[axis] || steps[axis] !== 1,
  );
  if (axes.length === 0) return x;
  const inside = axes.some((axis) => steps[axis] < 0 && shape[axis] > 0 && begin[axis] < x.shape[axis] - 1);
  if (inside) return slice(...forwards(x, shape, begin, end, steps));
  const at = (axis: number) => (source.channelsFirst ? CHANNELS_FIRST_AXIS[axis] : axis);
  // A negative step that runs to the first element ends before it.
  const ends = axes.map((axis) => (steps[axis] < 0 && end[axis] < 0 ? -(2 ** 31) : end[axis]));
  return record(
    'Slice',
    [
      source,
      int64s(axes.map((a) => begin[a])),
      int64s(ends),
      int64s(axes.map(at)),
      int64s(axes.map((a) => steps[a])),
    ],
    shape,
    x.dtype,
    { channelsFirst: source.channelsFirst },
  );
}

/** Joins values that differ along the axis only. */
export function concat(values: readonly Value[], axis: number): Value {
  const parts = values.filter((v) => size(v.shape) > 0);
  if (parts.length === 1) return parts[0];
  const [first] = values;
  const shape = first.shape.map((n, k) =>
    k === axis ? values.reduce((sum, v) => sum + v.shape[axis], 0) : n,
  );
  if (parts.length === 0) return filledAs(first, 0, shape);
  if (shape.length === 4 && parts.some((v) => v.channelsFirst)) {
    return record('Concat', parts.map(channelsFirst), shape, first.dtype, {
      attributes: { axis: CHANNELS_FIRST_AXIS[axis] },
      channelsFirst: true,
    });
  }
  return record('Concat', parts.map(plain), shape, first.dtype, { attributes: { axis } });
}

export function pad(x: Value, paddings: readonly (readonly number[])[], constant: number): Value {
  if (paddings.every(([before, after]) => before === 0 && after === 0)) return x;
  const source = x.channelsFirst ? x : plain(x);
  const order = source.channelsFirst ? [0, 3, 1, 2] : [...x.shape.keys()];
  const pads = [...order.map((axis) => paddings[axis][0]), ...order.map((axis) => paddings[axis][1])];
  const shape = x.shape.map((n, axis) => n + paddings[axis][0] + paddings[axis][1]);
  const fill = scalarOf(constant, x.dtype === 'int32' ? 'int32' : 'float32');
  return record('Pad', [source, int64s(pads), fill], shape, x.dtype, { channelsFirst: source.channelsFirst });
}

/**
 * A window with negative steps as the slice that turns a window with positive ones around: the provider for WebGPU begins at the
 * axis's last element whatever `begin` says.
 */
function forwards(
  x: Value,
  shape: readonly number[],
  begin: readonly number[],
  end: readonly number[],
  steps: readonly number[],
): Parameters<typeof slice> {
  const turned = (axis: number) => steps[axis] < 0 && shape[axis] > 0;
  const by = <T>(back: (axis: number) => T, on: (axis: number) => T) =>
    steps.map((_, axis) => (turned(axis) ? back(axis) : on(axis)));
  const last = (axis: number) => begin[axis] + (shape[axis] - 1) * steps[axis];
  const window = slice(
    x,
    by(last, (axis) => begin[axis]),
    by(
      (axis) => begin[axis] + 1,
      (axis) => end[axis],
    ),
    steps.map(Math.abs),
  );
  const [from, to, step] = [
    by((axis) => shape[axis] - 1, () => 0),
    by(() => -1, (axis) => shape[axis]),
    by(() => -1, () => 1),
  ]; // prettier-ignore
  return [window, from, to, step];
}

function tile(x: Value, reps: readonly number[]): Value {
  const shape = x.shape.map((n, axis) => n * reps[axis]);
  if (reps.every((r, axis) => r === 1 || x.shape[axis] === 1)) return broadcast(x, shape);
  return record('Tile', [plain(x), int64s(reps)], shape, x.dtype);
}

export function registerShapes(): void {
  registerWindows();
  registerArrangements();
  lower<{ shape: number[] }>('Reshape', ({ inputs: { x }, attrs }) =>
    reshape(x, tf.util.inferFromImplicitShape(attrs.shape, size(x.shape))),
  );
  lower<{ dim: number }>('ExpandDims', ({ inputs: { input }, attrs: { dim } }) => {
    const shape = [...input.shape];
    if (dim < -shape.length - 1) return undefined;
    shape.splice(dim < 0 ? shape.length + 1 + dim : dim, 0, 1);
    return reshape(input, shape);
  });
  lower<{ perm: number[] }>('Transpose', ({ inputs: { x }, attrs }) => transpose(x, attrs.perm));
  lower<{ axis: number }>('Concat', ({ inputs, attrs }) => {
    const list = Object.values(inputs);
    const [{ shape }] = list;
    const [axis] = tf.util.parseAxisParam(attrs.axis, shape as number[]);
    const fits = list.every((v) => shape.every((n, k) => k === axis || v.shape[k] === n));
    return fits ? concat(list, axis) : undefined;
  });
}

/** Parts of a value. */
function registerWindows(): void {
  lower<{ begin: number | number[]; size: number | number[] }>('Slice', ({ inputs: { x }, attrs }) => {
    const tensor = { shape: x.shape, rank: x.shape.length } as tf.Tensor;
    const [begin, sizes] = tf.slice_util.parseSliceParams(tensor, attrs.begin, attrs.size);
    tf.slice_util.assertParamsValid(tensor, begin, sizes);
    return slice(
      x,
      begin,
      begin.map((from, axis) => from + sizes[axis]),
    );
  });
  lower<{
    begin: number[];
    end: number[];
    strides: number[];
    beginMask: number;
    endMask: number;
    ellipsisMask: number;
    newAxisMask: number;
    shrinkAxisMask: number;
  }>('StridedSlice', ({ inputs: { x }, attrs }) => {
    const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs;
    const info = tf.slice_util.sliceInfo(
      x.shape as number[],
      begin,
      end,
      strides,
      beginMask,
      endMask,
      ellipsisMask,
      newAxisMask,
      shrinkAxisMask,
    );
    // The window in the axes of x, then the axes that the masks add or drop
    return reshape(slice(x, info.begin, info.end, info.strides), info.finalShape);
  });
  lower<{ numOrSizeSplits: number | number[]; axis: number }>('SplitV', ({ inputs: { x }, attrs }) => {
    const [axis] = tf.util.parseAxisParam(attrs.axis, x.shape as number[]);
    const sizes = tf.backend_util.prepareSplitSize(
      { shape: x.shape } as tf.Tensor,
      attrs.numOrSizeSplits,
      axis,
    );
    let from = 0;
    return sizes.map((length) => {
      const begin = x.shape.map((_, k) => (k === axis ? from : 0));
      const end = x.shape.map((n, k) => (k === axis ? from + length : n));
      from += length;
      return slice(x, begin, end);
    });
  });
}

/** Values beside each other, padded, repeated, reversed. */
function registerArrangements(): void {
  lower<{ axis: number }>('Pack', ({ inputs, attrs: { axis } }) => {
    const list = Object.values(inputs);
    const [{ shape, dtype }] = list;
    if (list.some((v) => String(v.shape) !== String(shape) || v.dtype !== dtype)) return undefined;
    const at = axis < 0 ? list[0].shape.length + 1 + axis : axis;
    const withAxis = (v: Value) => reshape(v, [...v.shape.slice(0, at), 1, ...v.shape.slice(at)]);
    return concat(list.map(withAxis), at);
  });
  lower<{ axis: number }>('Unpack', ({ inputs: { value: x }, attrs }) => {
    const [axis] = tf.util.parseAxisParam(attrs.axis, x.shape as number[]);
    const rest = x.shape.filter((_, k) => k !== axis);
    return Array.from({ length: x.shape[axis] }, (_, i) => {
      const begin = x.shape.map((_, k) => (k === axis ? i : 0));
      const end = x.shape.map((n, k) => (k === axis ? i + 1 : n));
      return reshape(slice(x, begin, end), rest);
    });
  });
  lower<{ paddings: [number, number][]; constantValue: number }>('PadV2', ({ inputs: { x }, attrs }) =>
    pad(x, attrs.paddings, attrs.constantValue),
  );
  lower<{ reps: number[] }>('Tile', ({ inputs: { x }, attrs }) => tile(x, attrs.reps));
  lower<{ shape: number[] }>('BroadcastTo', ({ inputs: { x }, attrs }) => broadcast(x, attrs.shape));
  lower<{ dims: number | number[] }>('Reverse', ({ inputs: { x }, attrs }) => {
    const axes = tf.util.parseAxisParam(attrs.dims, x.shape as number[]);
    const of = (forward: (n: number) => number, backward: (n: number) => number) =>
      x.shape.map((n, axis) => (axes.includes(axis) ? backward(n) : forward(n)));
    const begin = of(
      () => 0,
      (n) => n - 1,
    );
    const end = of(
      (n) => n,
      () => -1,
    );
    return slice(
      x,
      begin,
      end,
      of(
        () => 1,
        () => -1,
      ),
    );
  });
}
