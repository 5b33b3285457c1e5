import { mean, standardDeviation } from '@id3/core';
import { luma, withChannels, type Dataset } from '@id3/data';
import { withinIdentityStd } from './measures.ts';

/** What can be said of images without any network, in grey levels (0 to 255). */
export interface PixelMeasures {
  /** Root mean square of an image's grey values about the mean of their 3×3 neighbourhood: what is lost in a blurred image. Mean over images. */
  readonly detail: number;
  /** Standard deviation of an image's grey values. Mean over images. */
  readonly contrast: number;
  /** Deviation of the skin's brightness and redness (red less green) within an identity, on the cheeks and the nose of the aligned face; grey images have no redness. */
  readonly skinBrightness: number;
  readonly skinRedness: number;
}

/** The part of an aligned crop that is skin in nearly every pose: shares of its width and height. */
const SKIN = { left: 0.35, right: 0.65, top: 0.5, bottom: 0.66 };

/** {@link PixelMeasures} of a labelled dataset; 0 within identities where none has two images. */
export function pixelMeasures(dataset: Dataset): Record<keyof PixelMeasures, number> {
  const { width, height, count, labels, image } = withChannels(dataset, 3);
  const [details, contrasts, brightness, redness] = [0, 1, 2, 3].map(() => new Array<number>(count));
  for (let i = 0; i < count; i++) {
    const rgb = image(i);
    const values = Array.from({ length: width * height }, (_, p) =>
      luma(rgb[3 * p], rgb[3 * p + 1], rgb[3 * p + 2]),
    );
    details[i] = detailOf(values, width, height);
    contrasts[i] = standardDeviation(values);
    const skin: number[] = [];
    for (let y = Math.floor(SKIN.top * height); y < SKIN.bottom * height; y++)
      for (let x = Math.floor(SKIN.left * width); x < SKIN.right * width; x++) skin.push(y * width + x);
    brightness[i] = mean(skin.map((p) => values[p]));
    redness[i] = mean(skin.map((p) => rgb[3 * p] - rgb[3 * p + 1]));
  }
  return {
    detail: mean(details),
    contrast: mean(contrasts),
    skinBrightness: withinIdentityStd(brightness, labels) ?? 0,
    skinRedness: withinIdentityStd(redness, labels) ?? 0,
  };
}

/** About the 3×3 mean, away from the border. */
function detailOf(values: readonly number[], width: number, height: number): number {
  let [squares, n] = [0, 0];
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      let around = 0;
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) around += values[(y + dy) * width + x + dx];
      squares += (values[y * width + x] - around / 9) ** 2;
      n++;
    }
  return Math.sqrt(squares / n);
}
