import sharp from 'sharp';
import type { Rng } from '@id3/core';
import type { Channels } from '@id3/data';

/** Height and width in pixels. */
export type Shape = readonly [height: number, width: number];

/**
 * A picture of a given strength of damage: uint8 [H,W,C] → uint8 [H,W,C], the given one unchanged. It depends on its arguments alone,
 * and draws from `rng` where it is random.
 */
export type Corruption = (
  pixels: Uint8Array,
  shape: Shape,
  strength: number,
  rng: Rng,
) => Uint8Array | Promise<Uint8Array>;

/** Side of the face that lengths are stated for, in pixels; the crop is the face. */
const FACE = 32;
/** What hides a part of the face: the middle grey. */
const COVER = 128;

/** C of a picture. */
const channelsOf = (pixels: Uint8Array, [height, width]: Shape): Channels =>
  pixels.length === height * width ? 1 : 3;

const faceOf = ([height, width]: Shape): number => Math.min(height, width);

/** A Uint8Array would wrap around where this rounds and clips to 0..255. */
const greyLevels = (values: ArrayLike<number>): Uint8Array => new Uint8Array(Uint8ClampedArray.from(values));

/**
 * Gaussian blur of σ = `sigma` pixels of a face of 32, so σ·side/32 of its own. The kernel ends at 4σ and sums to 1; beyond the border
 * the outermost pixels go on.
 */
export const gaussianBlur: Corruption = (pixels, shape, sigma) => {
  const [height, width] = shape;
  const channels = channelsOf(pixels, shape);
  const kernel = gaussianKernel((sigma * faceOf(shape)) / FACE);
  const across = convolved(Float64Array.from(pixels), kernel, { count: width, stride: channels });
  return greyLevels(convolved(across, kernel, { count: height, stride: channels * width }));
};

/** Weights at -r..r, r = ⌈4σ⌉: [2r+1]. */
function gaussianKernel(sigma: number): Float64Array {
  const radius = Math.ceil(4 * sigma);
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, k) =>
    Math.exp(-((k - radius) ** 2) / (2 * sigma ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight);
  return weights.map((weight) => weight / total);
}

/** Convolution along one axis, whose `count` places lie `stride` values apart. */
function convolved(
  values: Float64Array,
  kernel: Float64Array,
  { count, stride }: { count: number; stride: number },
): Float64Array {
  const radius = (kernel.length - 1) / 2;
  return values.map((_, i) => {
    const at = Math.floor(i / stride) % count;
    let sum = 0;
    for (let k = -radius; k <= radius; k++) {
      const near = Math.min(count - 1, Math.max(0, at + k));
      sum += kernel[k + radius] * values[i + (near - at) * stride];
    }
    return sum;
  });
}

/** Gaussian noise of σ = `sigma` grey levels on every value, then rounded and clipped. */
export const gaussianNoise: Corruption = (pixels, _shape, sigma, rng) => {
  const normals = rng.normals(pixels.length);
  return greyLevels(Float64Array.from(pixels, (value, k) => value + sigma * normals[k]));
};

/** Written as JPEG of this quality, 1 to 100, as cameras do (colour at half resolution), and read again. */
export const jpeg: Corruption = async (pixels, shape, quality) => {
  const [height, width] = shape;
  const channels = channelsOf(pixels, shape);
  const space = channels === 1 ? 'b-w' : 'srgb';
  const picture = sharp(pixels, { raw: { width, height, channels } }).toColourspace(space);
  const file = await picture.jpeg({ quality, chromaSubsampling: '4:2:0' }).toBuffer();
  return new Uint8Array(await sharp(file).toColourspace(space).raw().toBuffer());
};

/** A grey square over `share` of a square face, its side rounded to whole pixels, at a place within the picture. */
export const occlusion: Corruption = (pixels, shape, share, rng) => {
  const [height, width] = shape;
  const channels = channelsOf(pixels, shape);
  const side = Math.round(Math.sqrt(share) * faceOf(shape));
  const [top, left] = [rng.int(height - side + 1), rng.int(width - side + 1)];
  const covered = pixels.slice();
  for (let row = top; row < top + side; row++)
    covered.fill(COVER, (row * width + left) * channels, (row * width + left + side) * channels);
  return covered;
};
