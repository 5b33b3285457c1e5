import { z } from 'zod';
import type { Rng } from '@id3/core';
import { luma } from './channels.ts';
import type { Channels } from './manifest.ts';

/** What is changed at random in a training image. Each change leaves the person the same. */
export const augmentSchema = z.strictObject({
  /** Mirrors half of the images, and the sign of their yaw. */
  flip: z.boolean(),
  /**
   * Contrast and saturation are multiplied by up to 1 ± this, and the brightness moves by up to ± this, where 1 is
   * half of the range from black to white; 0 leaves colours alone.
   */
  colour: z.number().min(0).max(1),
  /** The crop's side shrinks by up to this share, at a random place, and is scaled up again; 0 leaves it alone. */
  crop: z.number().min(0).max(0.5),
  /** Greatest standard deviation of Gaussian noise, where black is -1 and white is 1; 0 adds none. */
  noise: z.number().min(0).max(1),
  /** The share of images that are made grey, as grey photographs are read: three equal channels. None, if left out. */
  grey: z.number().min(0).max(1).optional(),
});
export type AugmentOptions = z.infer<typeof augmentSchema>;

type ImageShape = readonly [height: number, width: number, channels: Channels];

/** Leaves images as they are. */
export const NO_AUGMENTATION: AugmentOptions = { flip: false, colour: 0, crop: 0, noise: 0 };

/** Changes one image, [H,W,C] in [-1,1], in place; mirroring is not done here. Draws from `rng` what `options` ask for. */
export function augment(
  image: Float32Array,
  [height, width, channels]: ImageShape,
  { colour, crop, noise, grey = 0 }: AugmentOptions,
  rng: Rng,
): void {
  if (crop > 0)
    cropped(image, [height, width, channels], 1 - rng.uniform(0, crop), [rng.uniform(), rng.uniform()]);
  if (colour > 0) {
    const changes = [1, 1, 0].map((mid) => rng.uniform(mid - colour, mid + colour));
    recoloured(image, channels, changes);
  }
  // Of colours that are changed already; noise stays one of colours.
  if (grey > 0 && rng.chance(grey) && channels === 3) makeGrey(image);
  if (noise > 0) {
    const sigma = rng.uniform(0, noise);
    const normals = rng.normals(image.length);
    for (let k = 0; k < image.length; k++) image[k] += sigma * normals[k];
  }
  if (colour > 0 || noise > 0)
    for (let k = 0; k < image.length; k++) image[k] = Math.min(1, Math.max(-1, image[k]));
}

/** The {@link luma} of each pixel in all of its channels. */
function makeGrey(image: Float32Array): void {
  for (let k = 0; k < image.length; k += 3) image.fill(luma(image[k], image[k + 1], image[k + 2]), k, k + 3);
}

/** Keeps `share` of each side, from the place `at` (0: top left, 1: bottom right), scaled up bilinearly. */
function cropped(
  image: Float32Array,
  [height, width, channels]: ImageShape,
  share: number,
  [atY, atX]: readonly [number, number],
): void {
  const source = image.slice();
  const [top, left] = [atY * (1 - share) * (height - 1), atX * (1 - share) * (width - 1)];
  for (let row = 0, k = 0; row < height; row++) {
    const y = top + row * share;
    const y0 = Math.floor(y);
    const fy = y - y0;
    const above = y0 * width;
    const below = Math.min(height - 1, y0 + 1) * width;
    for (let column = 0; column < width; column++) {
      const x = left + column * share;
      const x0 = Math.floor(x);
      const fx = x - x0;
      const x1 = Math.min(width - 1, x0 + 1);
      const [upLeft, upRight] = [(above + x0) * channels, (above + x1) * channels];
      const [lowLeft, lowRight] = [(below + x0) * channels, (below + x1) * channels];
      for (let c = 0; c < channels; c++, k++) {
        const upper = source[upLeft + c] * (1 - fx) + source[upRight + c] * fx;
        const lower = source[lowLeft + c] * (1 - fx) + source[lowRight + c] * fx;
        image[k] = upper * (1 - fy) + lower * fy;
      }
    }
  }
}

/** Of grey, saturation changes nothing. */
function recoloured(
  image: Float32Array,
  channels: Channels,
  [contrast, saturation, brightness]: readonly number[],
): void {
  let sum = 0;
  for (let k = 0; k < image.length; k++) sum += image[k];
  const mean = sum / image.length;
  for (let k = 0; k < image.length; k += channels) {
    const grey = channels === 1 ? image[k] : (image[k] + image[k + 1] + image[k + 2]) / 3;
    for (let c = 0; c < channels; c++) {
      const saturated = grey + saturation * (image[k + c] - grey);
      image[k + c] = mean + contrast * (saturated - mean) + brightness;
    }
  }
}
