import { UserError } from '@id3/core';
import { channelCount, type DeclaredConvention, type InputConvention } from './input-convention.ts';

/** An input or output as a model describes it. */
export interface Port {
  readonly name: string;
  /** ONNX Runtime's word for it, such as `float16`; undefined where it is no tensor. */
  readonly type: string | undefined;
  /** A dimension that is no positive number may have any size; empty where the model does not say. */
  readonly shape: readonly (number | string)[];
}

/** The least and greatest value of the whole-number types. */
const WHOLE: Readonly<Record<string, readonly [number, number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 2 ** 16 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  uint32: [0, 2 ** 32 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint64: [0, 2 ** 64 - 1],
  int64: [-(2 ** 63), 2 ** 63 - 1],
};
const FLOATS = ['float16', 'bfloat16', 'float32', 'float64'];
const isNumeric = ({ type = '' }: Port): boolean => FLOATS.includes(type) || type in WHOLE;
export const isWhole = ({ type = '' }: Port): boolean => type in WHOLE;

/** A dimension's size; undefined where any will do. */
export const fixed = (size: number | string | undefined): number | undefined =>
  typeof size === 'number' && size > 0 ? size : undefined;

const described = (ports: readonly Port[]): string =>
  ports
    .map(
      ({ name, type, shape }) =>
        `${name} (${type ?? 'no tensor'} [${shape.map((d) => d || '?').join(', ')}])`,
    )
    .join(', ');

/**
 * The input that takes the images, and the others, which must be flags such as `phase_train`. Throws a UserError where that is not plain.
 *
 * @param model what messages call it
 */
export function chooseImageInput(model: string, inputs: readonly Port[]): { images: Port; flags: Port[] } {
  const candidates = inputs.filter((port) => isNumeric(port) && [0, 4].includes(port.shape.length));
  if (candidates.length !== 1)
    throw new UserError(
      `${model} has ${candidates.length} inputs that can take images, of ${described(inputs)}; export it with one of four dimensions.`,
    );
  const [images] = candidates;
  const flags = inputs.filter((port) => port !== images);
  const other = flags.find(({ type }) => type !== 'bool');
  if (other)
    throw new UserError(
      `${model} wants ${described([other])} beside the images, which nothing here can give; export it with that input as a constant.`,
    );
  return { images, flags };
}

/**
 * The output that is the embedding: the named one, or else the only one that can be, with rows of at least two numbers. Throws a UserError
 * where none can or several can.
 *
 * @param batch images that the model takes at once, where that is fixed
 */
export function chooseEmbedding(
  model: string,
  outputs: readonly Port[],
  { wanted, batch }: { wanted?: string; batch?: number },
): Port {
  if (wanted !== undefined) {
    const named = outputs.find(({ name }) => name === wanted);
    if (named && isNumeric(named)) return named;
    throw new UserError(
      `${model} has no output of numbers that is called ${wanted}; name one by --output.name: ${described(outputs)}.`,
    );
  }
  const candidates = outputs.filter((port) => isNumeric(port) && hasRows(port, batch));
  if (candidates.length === 1) return candidates[0];
  throw new UserError(
    candidates.length === 0
      ? `${model} has no output that can be an embedding, rows of numbers, but ${described(outputs)}; name one by --output.name or export the embedding.`
      : `${model} has ${candidates.length} outputs that can be the embedding; name one by --output.name: ${described(candidates)}.`,
  );
}

/** Whether an output can be [batch,d] with d ≥ 2, dimensions of 1 not counted. */
function hasRows({ shape }: Port, batch: number | undefined): boolean {
  if (shape.length === 0) return true;
  const row = shape.length === 1 && batch === 1 ? shape : shape.slice(1);
  return row.filter((size) => size !== 1).length === 1;
}

/**
 * How a model wants its images: as declared, or else as its input says, or else as InsightFace's models do. Throws a UserError where
 * declaration and input disagree.
 */
export function conventionOf(model: string, images: Port, declared: DeclaredConvention): InputConvention {
  const { shape } = images;
  const isChannels = (size: number | undefined) => size === 1 || size === 3;
  const layout =
    declared.layout ?? (!isChannels(fixed(shape[1])) && isChannels(fixed(shape[3])) ? 'NHWC' : 'NCHW');
  const { count, sides } = axes(images, layout);
  const standard = isWhole(images)
    ? { mean: images.type === 'int8' ? 128 : 0, std: 1 }
    : { mean: 127.5, std: 127.5 };
  const convention: InputConvention = {
    size: declared.size ?? sides.find((side) => side !== undefined) ?? 112,
    channels: declared.channels ?? (count === 1 ? 'grey' : 'RGB'),
    mean: declared.mean ?? standard.mean,
    std: declared.std ?? standard.std,
    layout,
  };
  const refusal = conventionRefusal(images, convention);
  if (refusal !== undefined) throw new UserError(`${model} ${refusal}`);
  return convention;
}

/** Why a model's input does not take images of a convention: the rest of a sentence that starts with the model; undefined where it does. */
export function conventionRefusal(images: Port, convention: InputConvention): string | undefined {
  const { size, channels, mean, std, layout } = convention;
  const { count = channelCount(convention), sides } = axes(images, layout);
  const [height = size, width = size] = sides;
  const takes = `takes ${described([images])}`;
  if (count === channelCount(convention) && height !== width)
    return `${takes}, images of ${height}×${width} pixels; only square ones can be given.`;
  if (height !== size || count !== channelCount(convention))
    return `${takes}, which ${channels} images of ${size}×${size} pixels in the order ${layout} do not fit; set --input.size, --input.channels and --input.layout, or leave them out.`;
  const [means, stds] = [[mean].flat(), [std].flat()];
  if (channels === 'grey' && Math.max(means.length, stds.length) > 1)
    return `takes one channel; give one number each for --input.mean and --input.std.`;
  const range = WHOLE[images.type ?? ''];
  if (range === undefined) return undefined;
  const fits = means.every((m) => Number.isInteger(m) && -m >= range[0] && 255 - m <= range[1]);
  return fits && stds.every((s) => s === 1)
    ? undefined
    : `takes whole numbers (${images.type}), which (value - ${String(mean)}) / ${String(std)} does not give; set --input.std=1 and a whole --input.mean, or leave them out.`;
}

function axes(
  { shape }: Port,
  layout: InputConvention['layout'],
): { count: number | undefined; sides: (number | undefined)[] } {
  const sizes = [0, 1, 2, 3].map((axis) => fixed(shape[axis]));
  return layout === 'NCHW'
    ? { count: sizes[1], sides: [sizes[2], sizes[3]] }
    : { count: sizes[3], sides: [sizes[1], sizes[2]] };
}
