import { NCHWC } from '../onnx-proto.ts';
import { channelsFirst, physicalShape, record, type Value } from '../value.ts';
import { pad, reshape, slice, transpose } from './shape.ts';

/**
 * Convolutions in ONNX Runtime's blocked layout, [B,C/b,H,W,b] with the b channels of a block side by side, which its fastest kernels
 * take (MLAS's NCHWc). ONNX Runtime itself uses it for filters that are constants only; here filters are laid out anew in every run,
 * which costs little: 69 → 107 GFLOP/s for 32 images of 16×16 and 32 → 32 channels, layouts included, where one core has 118.
 */
export interface Geometry {
  kernel: readonly [number, number];
  strides: readonly [number, number];
  dilations: readonly [number, number];
  /** Top, left, bottom, right. */
  pads: readonly number[];
}

/** Whether so many channels are whole blocks. */
export const areBlocks = (channels: number, block: number): boolean => block > 1 && channels % block === 0;

/** Whether a convolution may take so many channels: whole blocks, or fewer than one block. */
export const mayEnter = (channels: number, block: number): boolean =>
  areBlocks(channels, block) || channels < block;

/** What is computed as [B,C,H,W] as a blocked convolution takes it; of less than a block of channels it stays as it is. */
function enter(x: Value, block: number): Value {
  const shape = physicalShape(x);
  return shape[1] < block ? x : record('ReorderInput', [x], shape, 'float32', { domain: NCHWC });
}

/** Filters of [taps,I,O] for a blocked convolution: [O/b,I/b,taps,b of I,b of O], or [O/b,I,taps,b] where I is less than a block. */
function layOut(filters: Value, block: number): Value {
  const [taps, inputs, outputs] = filters.shape;
  if (inputs < block)
    return transpose(reshape(filters, [taps, inputs, outputs / block, block]), [2, 1, 0, 3]);
  return transpose(reshape(filters, [taps, inputs / block, block, outputs / block, block]), [3, 1, 0, 2, 4]);
}

function convolve(
  x: Value,
  filters: Value,
  shape: readonly number[],
  { kernel, strides, dilations, pads }: Geometry,
): Value {
  const attributes = { kernel_shape: kernel, strides, dilations, pads, group: 1 };
  return record('Conv', [x, filters], shape, 'float32', { domain: NCHWC, attributes });
}

/** The blocked result of a convolution as an image of the shape [B,H,W,C]. */
const leave = (y: Value, shape: readonly number[]): Value =>
  record('ReorderOutput', [y], shape, 'float32', {
    domain: NCHWC,
    attributes: { channels: shape[3] },
    channelsFirst: true,
  });

/** x [B,H,W,I] * w [kh,kw,I,O] → the shape [B,P,Q,O]. */
export function blockedConv(
  x: Value,
  w: Value,
  shape: readonly number[],
  geometry: Geometry,
  block: number,
): Value {
  const [kh, kw, inputs, outputs] = w.shape;
  const filters = reshape(layOut(reshape(w, [kh * kw, inputs, outputs]), block), [outputs, inputs, kh, kw]);
  return leave(convolve(enter(channelsFirst(x), block), filters, shape, geometry), shape);
}

/** w [kh,kw,I,O] → [kh,kw,O,I], each filter turned by 180°: what the gradient of an image is convolved with. */
export function turned(w: Value): Value {
  const [kh, kw, inputs, outputs] = w.shape;
  const taps = kh * kw;
  const forward = transpose(reshape(w, [taps, inputs, outputs]), [0, 2, 1]);
  return reshape(slice(forward, [taps - 1, 0, 0], [-1, outputs, inputs], [-1, 1, 1]), [
    kh,
    kw,
    outputs,
    inputs,
  ]);
}

/** A blocked convolution whose result leaves the layout, with a bias [C]; `undefined` for any other value. */
export function blockedWithBias(y: Value, bias: Value): Value | undefined {
  const node = y.content.kind === 'pending' ? y.content.node : undefined;
  if (node?.op !== 'ReorderOutput') return undefined;
  const conv = node.inputs[0] as Value;
  const inner = conv.content.kind === 'pending' ? conv.content.node : undefined;
  if (inner?.op !== 'Conv' || inner.inputs.length !== 2) return undefined;
  const { attributes, domain, inputs } = inner;
  return leave(record('Conv', [...inputs, bias], conv.shape, 'float32', { attributes, domain }), y.shape);
}

/**
 * The gradient with respect to the filter as one convolution in which channels and images change places: x [B,H,W,I] as I images of B
 * channels, dy [B,P,Q,O] as O filters of P×Q → [kh,kw,I,O]. `geometry` is that of the convolution whose gradient it is; its pads may be negative.
 */
export function blockedFilterGradient(
  x: Value,
  dy: Value,
  { kernel: [kh, kw], strides, dilations, pads: [top, left] }: Geometry,
  block: number,
): Value {
  const [batch, height, width, inputs] = x.shape;
  const [, rows, columns, outputs] = dy.shape;
  // Padded by itself, for padded columns are computed one by one; what no window reaches is cut off
  const below = (rows - 1) * strides[0] + (kh - 1) * dilations[0] + 1 - height - top;
  const right = (columns - 1) * strides[1] + (kw - 1) * dilations[1] + 1 - width - left;
  const images = pad(transpose(x, [3, 0, 1, 2]), [[0, 0], [0, 0], [top, below], [left, right]], 0); // prettier-ignore
  const positions = rows * columns;
  const inBlocks = reshape(enter(channelsFirst(dy), block), [batch, outputs / block, positions, block]);
  const filters =
    batch < block
      ? transpose(inBlocks, [1, 0, 2, 3])
      : transpose(
          reshape(inBlocks, [batch / block, block, outputs / block, positions, block]),
          [2, 0, 3, 1, 4],
        );
  const swapped = {
    kernel: [rows, columns],
    strides: dilations,
    dilations: strides,
    pads: [0, 0, 0, 0],
  } as const;
  const result = convolve(
    enter(images, block),
    reshape(filters, [outputs, batch, rows, columns]),
    [inputs, outputs, kh, kw],
    swapped,
  );
  const apart = reshape(result, [inputs, outputs / block, kh * kw, block]);
  return reshape(transpose(apart, [2, 0, 1, 3]), [kh, kw, inputs, outputs]);
}
