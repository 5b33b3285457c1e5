import * as tf from '@tensorflow/tfjs-core';
import { channelsFirst, int64s, record, type Value } from '../value.ts';
import { cast } from './elementwise.ts';
import { lower } from './kernel.ts';

// Images made smaller or larger.

interface PoolAttributes {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function pool(op: string, x: Value, attrs: PoolAttributes): Value | undefined {
  const info = tf.backend_util.computePool2DInfo(
    x.shape as [number, number, number, number],
    attrs.filterSize,
    attrs.strides,
    1,
    attrs.pad,
    attrs.dimRoundingMode,
  );
  const { padInfo, strideHeight, strideWidth } = info;
  const pads = [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right];
  // ONNX has no windows that lie in the padding altogether
  if (Math.max(pads[0], pads[2]) >= info.filterHeight || Math.max(pads[1], pads[3]) >= info.filterWidth)
    return undefined;
  const attributes = {
    kernel_shape: [info.filterHeight, info.filterWidth],
    strides: [strideHeight, strideWidth],
    pads,
  };
  return record(op, [channelsFirst(x)], info.outShape, 'float32', { attributes, channelsFirst: true });
}

/** Each position repeated 2×2, by a kernel of its own, which takes a quarter of {@link repeat}'s time. */
function doubled(x: Value): Value {
  const [batch, height, width, channels] = x.shape;
  const inputs = [channelsFirst(x), { type: 'float32', shape: [0], values: [] }, { type: 'float32', shape: [4], values: [1, 1, 2, 2] }] as const; // prettier-ignore
  return record('Resize', inputs, [batch, 2 * height, 2 * width, channels], x.dtype, {
    attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
    channelsFirst: true,
  });
}

/** Repeats each position `rows` times down and `columns` times across: [B,H,W,C] → [B,rows·H,columns·W,C]. */
function repeat(x: Value, rows: number, columns: number): Value {
  const [batch, height, width, channels] = x.shape;
  const source = channelsFirst(x);
  const apart = [batch, channels, height, 1, width, 1];
  const repeated = [batch, channels, height, rows, width, columns];
  const separated = record('Reshape', [source, int64s(apart)], apart, x.dtype);
  const expanded = record('Expand', [separated, int64s(repeated)], repeated, x.dtype);
  const shape = [batch, channels, height * rows, width * columns];
  return record(
    'Reshape',
    [expanded, int64s(shape)],
    [batch, height * rows, width * columns, channels],
    x.dtype,
    {
      channelsFirst: true,
    },
  );
}

interface ResizeAttributes {
  size: [number, number];
  alignCorners: boolean;
  halfPixelCenters: boolean;
}

function resize(
  x: Value,
  { size: [height, width], alignCorners, halfPixelCenters }: ResizeAttributes,
  how: Record<string, string>,
): Value {
  const [batch, , , channels] = x.shape;
  const none = { type: 'float32' as const, shape: [0], values: [] };
  const transformation = alignCorners ? 'align_corners' : halfPixelCenters ? 'half_pixel' : 'asymmetric';
  return record(
    'Resize',
    [channelsFirst(cast(x, 'float32')), none, none, int64s([batch, channels, height, width])],
    [batch, height, width, channels],
    'float32',
    { attributes: { ...how, coordinate_transformation_mode: transformation }, channelsFirst: true },
  );
}

export function registerImages(): void {
  lower<PoolAttributes>('AvgPool', ({ inputs: { x }, attrs }) => pool('AveragePool', x, attrs));
  lower<PoolAttributes>('MaxPool', ({ inputs: { x }, attrs }) => pool('MaxPool', x, attrs));
  lower<ResizeAttributes>('ResizeNearestNeighbor', ({ inputs: { images: x }, attrs, provider }) => {
    const [, height, width] = x.shape;
    const [rows, columns] = [attrs.size[0] / height, attrs.size[1] / width];
    const whole = Number.isInteger(rows) && Number.isInteger(columns) && !attrs.alignCorners;
    if (whole && rows === 2 && columns === 2 && provider === 'cpu') return doubled(x);
    if (whole) return repeat(x, rows, columns);
    return resize(x, attrs, {
      mode: 'nearest',
      nearest_mode: attrs.alignCorners || attrs.halfPixelCenters ? 'round_prefer_ceil' : 'floor',
    });
  });
  lower<ResizeAttributes>('ResizeBilinear', ({ inputs: { images: x }, attrs }) =>
    resize(x, attrs, { mode: 'linear' }),
  );
}
