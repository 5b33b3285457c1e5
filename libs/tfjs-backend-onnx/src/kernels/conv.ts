import * as tf from '@tensorflow/tfjs-core';
import { channelsFirst, physicalShape, plain, record, type Value } from '../value.ts';
import {
  blockedConv,
  blockedFilterGradient,
  blockedImageGradient,
  gradientSuitsBlocks,
  suitsBlocks,
  turned,
} from './blocked-conv.ts';
import type { Geometry } from './blocks.ts';
import { filledAs } from './elementwise.ts';
import { lower } from './kernel.ts';
import { biasAndActivation, product } from './matmul.ts';
import { concat, pad, reshape, slice, transpose } from './shape.ts';

type Shape4 = [number, number, number, number];
type Pad = 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;

interface ConvAttributes {
  strides: number | [number, number];
  pad: Pad;
  dataFormat?: 'NHWC' | 'NCHW';
  dilations?: number | [number, number];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  /** Of a dX kernel: x's shape. Of a dW kernel: the filter's. */
  inputShape?: Shape4;
  filterShape?: Shape4;
}

function convInfo(
  xShape: readonly number[],
  filterShape: readonly number[],
  attrs: ConvAttributes,
  depthwise = false,
) {
  const { strides, dimRoundingMode } = attrs;
  const pad = attrs.dataFormat === 'NCHW' ? channelsLastPad(attrs.pad) : attrs.pad;
  const dilations = attrs.dilations ?? 1;
  return tf.backend_util.computeConv2DInfo(
    xShape as Shape4,
    filterShape as Shape4,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    depthwise,
  );
}
/** Explicit paddings are given in the order of the image's axes. */
const channelsLastPad = (pad: Pad): Pad =>
  Array.isArray(pad) ? ([pad[0], pad[2], pad[3], pad[1]] as tf.backend_util.ExplicitPadding) : pad;

type ConvInfo = ReturnType<typeof convInfo>;

const convAttributes = (info: ConvInfo, group = 1) => ({
  strides: [info.strideHeight, info.strideWidth],
  dilations: [info.dilationHeight, info.dilationWidth],
  pads: [info.padInfo.top, info.padInfo.left, info.padInfo.bottom, info.padInfo.right],
  group,
});

/** [kh,kw,I,O] → [O,I,kh,kw], in two moves of one block of axes, for which ORT has fast paths. */
function filterFirst(w: Value): Value {
  const [kh, kw, inputs, outputs] = w.shape;
  const rows = transpose(reshape(w, [kh * kw * inputs, outputs]), [1, 0]);
  return reshape(transpose(reshape(rows, [outputs, kh * kw, inputs]), [0, 2, 1]), [outputs, inputs, kh, kw]);
}

/** Records a convolution of x [B,H,W,I] with filters [O,I,kh,kw]. */
function convolution(
  x: Value,
  filters: Value,
  shape: readonly number[],
  attributes: Omit<Geometry, 'kernel'> & { group: number },
): Value {
  const [top, left, bottom, right] = attributes.pads;
  const [, height, width] = x.shape;
  const isWhole = filters.shape[2] === height && filters.shape[3] === width;
  if (isWhole && top === 0 && left === 0 && bottom + right > 0) {
    // The provider for WebGPU takes such a filter for a product of matrices and forgets what is padded below and to the right.
    const padded = withZeros(withZeros(x, 1, bottom), 2, right);
    return convolution(padded, filters, shape, { ...attributes, pads: [0, 0, 0, 0] });
  }
  return record('Conv', [channelsFirst(x), filters], shape, 'float32', { attributes, channelsFirst: true });
}

/** Zeros behind a value; ONNX Runtime would fuse a Pad back into the convolution. */
function withZeros(x: Value, axis: number, count: number): Value {
  if (count === 0) return x;
  const shape = x.shape.map((n, k) => (k === axis ? count : n));
  return concat([x, filledAs(x, 0, shape)], axis);
}

const geometryOf = (info: ConvInfo): Geometry => ({
  kernel: [info.filterHeight, info.filterWidth],
  strides: [info.strideHeight, info.strideWidth],
  dilations: [info.dilationHeight, info.dilationWidth],
  pads: convAttributes(info).pads,
});

/** x [B,H,W,I] * w [kh,kw,I,O] → the shape [B,P,Q,O]. */
function conv2dOf(x: Value, w: Value, shape: readonly number[], geometry: Geometry, block: number): Value {
  if (suitsBlocks(w.shape, block)) return blockedConv(x, w, shape, geometry, block);
  const { strides, dilations, pads } = geometry;
  return convolution(x, filterFirst(w), shape, { strides, dilations, pads, group: 1 });
}

/** x [B,H,W,I] * w [kh,kw,I,O] → [B,P,Q,O]. */
const conv2d = (x: Value, w: Value, info: ConvInfo, block: number): Value =>
  conv2dOf(x, w, info.outShape, geometryOf(info), block);

/** Gradient with respect to x: dy [B,P,Q,O], w [kh,kw,I,O] → [B,H,W,I]. */
function conv2dInput(dy: Value, w: Value, info: ConvInfo, block: number): Value {
  const { filterHeight, filterWidth, inHeight, inWidth, outHeight, outWidth, padInfo } = info;
  const stride1 = info.strideHeight === 1 && info.strideWidth === 1;
  const pads = [
    filterHeight - 1 - padInfo.top,
    filterWidth - 1 - padInfo.left,
    inHeight - outHeight + padInfo.top,
    inWidth - outWidth + padInfo.left,
  ];
  if (stride1 && info.dilationHeight === 1 && info.dilationWidth === 1 && pads.every((p) => p >= 0)) {
    const kernel = [filterHeight, filterWidth] as const;
    const geometry = { kernel, strides: [1, 1], dilations: [1, 1], pads } as const;
    return conv2dOf(dy, turned(w), info.inShape, geometry, block);
  }
  const blocked = blockedImageGradient(dy, w, info.inShape, geometryOf(info), block);
  if (blocked !== undefined) return blocked;
  return record('ConvTranspose', [channelsFirst(dy), filterFirst(w)], info.inShape, 'float32', {
    attributes: { ...convAttributes(info), output_padding: outputPadding(info) },
    channelsFirst: true,
  });
}

/** Rows and columns of x that no window of a strided convolution reaches. */
function outputPadding(info: ConvInfo): [number, number] {
  const { padInfo: p } = info;
  const rows =
    info.inHeight -
    ((info.outHeight - 1) * info.strideHeight +
      (info.filterHeight - 1) * info.dilationHeight +
      1 -
      p.top -
      p.bottom);
  const columns =
    info.inWidth -
    ((info.outWidth - 1) * info.strideWidth +
      (info.filterWidth - 1) * info.dilationWidth +
      1 -
      p.left -
      p.right);
  return [rows, columns];
}

/** Channels of x up to which the filter's gradient is one product, where there are as many times more filters. */
const NARROW = 4;

/**
 * Gradient with respect to the filter: x [B,H,W,I], dy [B,P,Q,O] → [kh,kw,I,O]. For each tap of the
 * filter it is the product of x's window [I,B·P·Q] with dy [O,B·P·Q]. With the images folded into the
 * contracted axis this needs neither im2col's memory nor a sum over images. Small images are one convolution instead (blocked-conv.ts). Where x has few channels are the windows
 * stacked for one product (im2col), which takes 0.4 to 0.9 of the time there and 1.0 to 1.5 elsewhere.
 */
function conv2dFilter(x: Value, dy: Value, info: ConvInfo, block: number): Value {
  const { batchSize, inChannels, outChannels, outHeight, outWidth, filterHeight, filterWidth, padInfo } =
    info;
  const { strideHeight, strideWidth, dilationHeight, dilationWidth } = info;
  const geometry = geometryOf(info);
  if (gradientSuitsBlocks(dy.shape, geometry, block)) return blockedFilterGradient(x, dy, geometry, block);
  const positions = batchSize * outHeight * outWidth;
  const padded = pad(
    transpose(x, [3, 0, 1, 2]),
    [
      [0, 0],
      [0, 0],
      [padInfo.top, padInfo.bottom],
      [padInfo.left, padInfo.right],
    ],
    0,
  );
  const right = reshape(transpose(dy, [3, 0, 1, 2]), [outChannels, positions]);
  const windows: Value[] = [];
  for (let r = 0; r < filterHeight; r++) {
    for (let c = 0; c < filterWidth; c++) {
      const [row, column] = [r * dilationHeight, c * dilationWidth];
      const end = [row + (outHeight - 1) * strideHeight + 1, column + (outWidth - 1) * strideWidth + 1];
      const window = slice(
        padded,
        [0, 0, row, column],
        [inChannels, batchSize, ...end],
        [1, 1, strideHeight, strideWidth],
      );
      windows.push(reshape(window, [inChannels, positions]));
    }
  }
  const times = (left: Value) => product(left, right, [left.shape[0], outChannels], { transposeB: true });
  const isNarrow = inChannels <= NARROW && outChannels >= NARROW * inChannels;
  const rows = isNarrow ? times(concat(windows, 0)) : concat(windows.map(times), 0);
  return reshape(rows, [filterHeight, filterWidth, inChannels, outChannels]);
}

/** x [B,H,W,C] * w [kh,kw,C,M] → [B,P,Q,C·M], each channel with filters of its own. */
function depthwise(x: Value, w: Value, info: ConvInfo): Value {
  const [kh, kw, channels, multiplier] = w.shape;
  const filters = reshape(transpose(w, [2, 3, 0, 1]), [channels * multiplier, 1, kh, kw]);
  return record('Conv', [channelsFirst(x), filters], info.outShape, 'float32', {
    attributes: convAttributes(info, channels),
    channelsFirst: true,
  });
}

/** A value of shape [B,C,H,W] as the one of shape [B,H,W,C] that is computed in just that order. */
const fromNchw = (v: Value): Value => {
  const [batch, channels, height, width] = v.shape;
  return record('Identity', [plain(v)], [batch, height, width, channels], v.dtype, { channelsFirst: true });
};
/** The inverse of {@link fromNchw}. */
const toNchw = (v: Value): Value =>
  record('Identity', [channelsFirst(v)], physicalShape(channelsFirst(v)), v.dtype);

/** Records a convolution of images in either format. */
function inFormat(
  { dataFormat }: ConvAttributes,
  x: Value,
  convolve: (x: Value) => Value | undefined,
): Value | undefined {
  if (dataFormat !== 'NCHW') return convolve(x);
  const y = convolve(fromNchw(x));
  return y && toNchw(y);
}

/** What tfjs fuses behind a convolution of images in NCHW has [C,1,1] where it belongs to channels. */
const channelsLast = (v: Value | undefined): Value | undefined =>
  v === undefined || v.shape.length !== 3 ? v : transpose(v, [1, 2, 0]);

interface FusedAttributes extends ConvAttributes {
  activation: string;
  leakyreluAlpha?: number;
}

export function registerConvolutions(): void {
  lower<ConvAttributes>('Conv2D', ({ inputs: { x, filter }, attrs, block }) =>
    inFormat(attrs, x, (image) => conv2d(image, filter, convInfo(image.shape, filter.shape, attrs), block)),
  );
  lower<FusedAttributes>('FusedConv2D', ({ inputs, attrs, block }) => {
    const { x, filter, bias, preluActivationWeights: slope } = inputs;
    const nchw = attrs.dataFormat === 'NCHW';
    const behind = nchw ? { bias: channelsLast(bias), preluActivationWeights: channelsLast(slope) } : inputs;
    return inFormat(attrs, x, (image) =>
      biasAndActivation(
        conv2d(image, filter, convInfo(image.shape, filter.shape, attrs), block),
        behind,
        attrs,
      ),
    );
  });
  lower<ConvAttributes>('Conv2DBackpropInput', ({ inputs: { dy, filter }, attrs, block }) => {
    const [batch, a, b, c] = attrs.inputShape!;
    const shape = attrs.dataFormat === 'NCHW' ? [batch, b, c, a] : attrs.inputShape!;
    const info = convInfo(shape, filter.shape, attrs);
    return inFormat(attrs, dy, (image) =>
      String(image.shape) === String(info.outShape) ? conv2dInput(image, filter, info, block) : undefined,
    );
  });
  lower<ConvAttributes>('Conv2DBackpropFilter', ({ inputs: { x, dy }, attrs, block }) => {
    const [image, gradient] = attrs.dataFormat === 'NCHW' ? [fromNchw(x), fromNchw(dy)] : [x, dy];
    return conv2dFilter(image, gradient, convInfo(image.shape, attrs.filterShape!, attrs), block);
  });
  lower<ConvAttributes>('DepthwiseConv2dNative', ({ inputs: { x, filter }, attrs }) =>
    depthwise(x, filter, convInfo(x.shape, filter.shape, attrs, true)),
  );
  lower<FusedAttributes>('FusedDepthwiseConv2D', ({ inputs, attrs }) => {
    const { x, filter } = inputs;
    const y = depthwise(x, filter, convInfo(x.shape, filter.shape, attrs, true));
    return biasAndActivation(y, inputs, attrs);
  });
}
