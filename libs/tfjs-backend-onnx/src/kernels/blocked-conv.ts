import { channelsFirst, type Value } from '../value.ts';
import { areBlocks, convolve, enter, intoBlocks, inWholeBlocks, leave, type Geometry } from './blocks.ts';
import { pad, reshape, slice, transpose } from './shape.ts';

/** Whether a blocked convolution may take so many channels: less than a block, or what is filled up with zeros by fours. */
const mayEnter = (channels: number, block: number): boolean => channels < block || channels % 4 === 0;
/** Whether it should make so many: where at least half of what it computes is wanted. */
const mayLeave = (channels: number, block: number): boolean =>
  channels % 4 === 0 && 2 * channels >= inWholeBlocks(channels, block);

/** Whether filters [kh,kw,I,O] suit {@link blockedConv}. */
export const suitsBlocks = ([, , inputs, outputs]: readonly number[], block: number): boolean =>
  block > 1 && mayEnter(inputs, block) && mayLeave(outputs, block);

/** Positions of dy up to which its filters stay in the caches: at 56×56 ones the products for each tap are as fast, at 112×112 faster. */
const CACHED = 32 * 32;

/** Whether dy [B,P,Q,O] of a filter and its strides suit {@link blockedFilterGradient}. */
export function gradientSuitsBlocks(
  [batch, rows, columns, outputs]: readonly number[],
  { kernel, strides }: Geometry,
  block: number,
): boolean {
  const isOneTap = kernel[0] * kernel[1] === 1;
  // The windows of a stride are copied number by number where each tap has its product
  const isFaster = rows * columns <= CACHED || strides[1] > 1;
  const fits = batch < block || areBlocks(batch, block);
  return block > 1 && !isOneTap && isFaster && fits && mayLeave(outputs, block);
}

/** Positions of dy up to which {@link blockedImageGradient} is faster: ConvTranspose makes small products of them, image by image. */
const FEW = 16;

/** Filters of [taps,I,O] for a blocked convolution: [O/b,I/b,taps,b of I,b of O], or [O/b,I,taps,b] where I is less than a block. */
function layOut(filters: Value, block: number): Value {
  const [taps, inputs, outputs] = filters.shape;
  if (inputs < block)
    return transpose(reshape(filters, [taps, inputs, outputs / block, block]), [2, 1, 0, 3]);
  return transpose(reshape(filters, [taps, inputs / block, block, outputs / block, block]), [3, 1, 0, 2, 4]);
}

/** x [B,H,W,I] * w [kh,kw,I,O] → the shape [B,P,Q,O]. */
export function blockedConv(
  x: Value,
  w: Value,
  shape: readonly number[],
  geometry: Geometry,
  block: number,
): Value {
  return leave(blockedResult(x, w, shape, geometry, block), shape);
}

/** The same, in blocks of channels and filled up with zeros. */
function blockedResult(
  x: Value,
  w: Value,
  [batch, rows, columns]: readonly number[],
  geometry: Geometry,
  block: number,
): Value {
  const [kh, kw, given, wanted] = w.shape;
  const [inputs, outputs] = [
    given < block ? given : inWholeBlocks(given, block),
    inWholeBlocks(wanted, block),
  ];
  const whole = pad(reshape(w, [kh * kw, given, wanted]), [[0, 0], [0, inputs - given], [0, outputs - wanted]], 0); // prettier-ignore
  const filters = reshape(layOut(whole, block), [outputs, inputs, kh, kw]);
  return convolve(enter(channelsFirst(x), block), filters, [batch, outputs, rows, columns], geometry);
}

/**
 * The gradient with respect to an image [B,H,W,I] of a convolution with strides: dy [B,P,Q,O], w [kh,kw,I,O]. The rows of x that lie the
 * same distance behind a multiple of the stride, and columns likewise, are one image of H/s × W/s; all of these are the channels of one
 * convolution of dy with the few taps that reach them. `undefined` where sides are no multiples of strides, where channels do not suit, or where it is slower.
 */
export function blockedImageGradient(
  dy: Value,
  w: Value,
  [batch, height, width, inputs]: readonly number[],
  { kernel, strides, dilations, pads }: Geometry,
  block: number,
): Value | undefined {
  const [, , , outputs] = w.shape;
  const [rows, columns] = [height / strides[0], width / strides[1]];
  const [down, across] = [0, 1].map((axis) =>
    phases(kernel[axis], strides[axis], pads[axis], dy.shape[1 + axis], [rows, columns][axis]),
  );
  const isFaster = block > 1 && dy.shape[1] * dy.shape[2] <= FEW;
  const suits = isFaster && mayEnter(outputs, block) && areBlocks(inputs, block);
  const fits = [rows, columns].every(Number.isInteger) && dilations.every((d) => d === 1);
  if (!suits || !fits || [...down.pads, ...across.pads].some((p) => p < 0)) return undefined;
  const [sr, sc] = strides;
  const forward = transpose(reshape(w, [kernel[0] * kernel[1], inputs, outputs]), [0, 2, 1]);
  const taps = pad(
    reshape(forward, [...kernel, outputs, inputs]),
    [down.fill, across.fill, [0, 0], [0, 0]],
    0,
  );
  const apart = reshape(taps, [down.taps, sr, across.taps, sc, outputs, inputs]);
  const reversed = slice(
    apart,
    [down.taps - 1, 0, across.taps - 1, 0, 0, 0],
    [-1, sr, -1, sc, outputs, inputs],
    [-1, 1, -1, 1, 1, 1],
  );
  const filters = reshape(transpose(reversed, [0, 2, 4, 1, 3, 5]), [
    down.taps,
    across.taps,
    outputs,
    sr * sc * inputs,
  ]);
  const y = blockedResult(
    dy,
    filters,
    [batch, rows, columns],
    {
      kernel: [down.taps, across.taps],
      strides: [1, 1],
      dilations: [1, 1],
      pads: [down.pads[0], across.pads[0], down.pads[1], across.pads[1]],
    },
    block,
  );
  const inPhases = reshape(y, [batch, sr, sc, inputs / block, rows, columns, block]);
  const image = reshape(transpose(inPhases, [0, 3, 4, 1, 5, 2, 6]), [batch, inputs, height, width]);
  return leave(image, [batch, height, width, inputs]);
}

/**
 * How one axis of x, padded by `before` zeros, is made of phases: x[s·n + e] takes dy[n + t] times w[e + before - s·t]. Gives how many t
 * there are, the zeros around w that make it s taps for each, and those around dy, which may be negative.
 */
function phases(kernel: number, stride: number, before: number, given: number, wanted: number) {
  const [first, last] = [Math.ceil((before - kernel + 1) / stride), Math.ceil(before / stride)];
  const taps = last - first + 1;
  const front = stride * last - before;
  const fill = [front, taps * stride - front - kernel];
  return { taps, fill, pads: [-first, wanted + last - given] };
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
  const images = transpose(x, [3, 0, 1, 2]);
  const [positions, filtersMade] = [rows * columns, inWholeBlocks(outputs, block)];
  const dyInBlocks = intoBlocks(channelsFirst(dy), [batch, filtersMade, rows, columns]);
  const inBlocks = reshape(dyInBlocks, [batch, filtersMade / block, positions, block]);
  const filters =
    batch < block
      ? transpose(inBlocks, [1, 0, 2, 3])
      : transpose(
          reshape(inBlocks, [batch / block, block, filtersMade / block, positions, block]),
          [2, 0, 3, 1, 4],
        );
  const swapped = {
    kernel: [rows, columns],
    strides: dilations,
    dilations: strides,
    pads: [0, 0, 0, 0],
  } as const;
  const result = convolve(
    paddedInBlocks(images, [top, below], [left, right], block),
    reshape(filters, [filtersMade, batch, rows, columns]),
    [inputs, filtersMade, kh, kw],
    swapped,
  );
  const apart = reshape(result, [inputs, filtersMade / block, kh * kw, block]);
  const whole = reshape(transpose(apart, [2, 0, 1, 3]), [kh, kw, inputs, filtersMade]);
  return slice(whole, [0, 0, 0, 0], [kh, kw, inputs, outputs]);
}

/** Images [I,B,H,W] with zeros around them, as a blocked convolution takes them. Whole blocks are padded faster than single numbers. */
function paddedInBlocks(x: Value, rows: readonly number[], columns: readonly number[], block: number): Value {
  const [count, channels, height, width] = x.shape;
  const inBlocks = enter(x, block);
  const lane = channels < block ? 1 : block;
  const planes = reshape(inBlocks, [(count * channels) / lane, height, width * lane]);
  const padded = pad(planes, [[0, 0], rows, columns.map((n) => n * lane)], 0);
  const sides = [height + rows[0] + rows[1], width + columns[0] + columns[1]];
  return reshape(padded, [count, channels, ...sides]);
}
