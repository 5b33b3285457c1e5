import { NCHWC } from '../onnx-proto.ts';
import { physicalShape, record, type Value } from '../value.ts';

// ONNX Runtime's blocked layout, [B,C/b,H,W,b] with the b channels of a block side by side, which its fastest convolutions take (MLAS's
// NCHWc). By itself ONNX Runtime uses it for filters that are constants only; here they are laid out anew in every run, which
// costs little: 32 images of 16×16, 32 → 32 channels, took 2.2 ms and take 1.4 with both layouts, 107 GFLOP/s of one core.

/** Where the windows of a convolution lie. */
export interface Geometry {
  kernel: readonly [number, number];
  strides: readonly [number, number];
  dilations: readonly [number, number];
  /** Top, left, bottom, right. */
  pads: readonly number[];
}

/** Whether so many channels are whole blocks. */
export const areBlocks = (channels: number, block: number): boolean => channels % block === 0;
/** The channels of the blocks that hold so many. */
export const inWholeBlocks = (channels: number, block: number): number => Math.ceil(channels / block) * block;

/** What is computed as [B,C,H,W] as a blocked convolution takes it; of less than a block of channels it stays as it is. */
export function enter(x: Value, block: number): Value {
  const [batch, channels, ...sides] = physicalShape(x);
  return channels < block ? x : intoBlocks(x, [batch, inWholeBlocks(channels, block), ...sides]);
}
/** What is computed as [B,C,H,W] in blocks; `shape` has whole blocks of channels, filled up with zeros. */
export const intoBlocks = (x: Value, shape: readonly number[]): Value =>
  record('ReorderInput', [x], shape, 'float32', { domain: NCHWC });

/** A convolution of what is in blocks, with filters in blocks; `shape` is [B,C,H,W]. */
export function convolve(
  x: Value,
  filters: Value,
  shape: readonly number[],
  { kernel, strides, dilations, pads }: Geometry,
): Value {
  const attributes = { kernel_shape: kernel, strides, dilations, pads, group: 1 };
  return record('Conv', [x, filters], shape, 'float32', { domain: NCHWC, attributes });
}

/** The blocked result of a convolution as an image of the shape [B,H,W,C]. */
export const leave = (y: Value, shape: readonly number[]): Value =>
  record('ReorderOutput', [y], shape, 'float32', {
    domain: NCHWC,
    attributes: { channels: shape[3] },
    channelsFirst: true,
  });

/** A blocked convolution whose result leaves the layout, with a bias [C] as its third input; `undefined` for any other value. */
export function blockedWithBias(y: Value, bias: Value): Value | undefined {
  const node = y.content.kind === 'pending' ? y.content.node : undefined;
  if (node?.op !== 'ReorderOutput') return undefined;
  const conv = node.inputs[0] as Value;
  const inner = conv.content.kind === 'pending' ? conv.content.node : undefined;
  const isWhole = conv.shape[1] === bias.shape[0];
  if (inner?.op !== 'Conv' || inner.inputs.length !== 2 || !isWhole) return undefined;
  const { attributes, domain, inputs } = inner;
  return leave(record('Conv', [...inputs, bias], conv.shape, 'float32', { attributes, domain }), y.shape);
}
