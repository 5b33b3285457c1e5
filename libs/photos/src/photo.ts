import { applySimilarity, decodePicture, type Point, type Similarity } from '@id3/data';

/** A decoded picture, uint8 [height,width,3]. */
export interface Photo {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Photos are scaled down to this many pixels of the longer side: a face in a crop of 112 needs no more. */
const LONGEST_SIDE = 2048;

/** Decodes a photo, see {@link decodePicture}. Throws the decoder's error where it is no picture. */
export async function readPhoto(picture: Uint8Array | string): Promise<Photo & { warning?: string }> {
  const { value, warning } = await decodePicture(picture, async (upright) => {
    const { data, info } = await upright
      .resize(LONGEST_SIDE, LONGEST_SIDE, { fit: 'inside', withoutEnlargement: true })
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`it has ${info.channels} channels`);
    return { pixels: data, width: info.width, height: info.height };
  });
  return { ...value, ...(warning !== undefined && { warning }) };
}

/**
 * A crop of `size` × `size` pixels, uint8 [size,size,3]. Where it shrinks the photo, each pixel is the mean of as many bilinear
 * samples as it covers pixels, so that large photos do not alias. Outside of the photo it has the value `border`, by default
 * black as InsightFace's crops.
 *
 * @param toPhoto where the crop's pixels lie in the photo
 */
export function cropPhoto(photo: Photo, toPhoto: Similarity, size: number, border = 0): Uint8Array {
  const { pixels, width, height } = photo;
  const n = Math.max(1, Math.round(Math.hypot(toPhoto.a, toPhoto.b)));
  const crop = new Uint8Array(size * size * 3);
  const sum = [0, 0, 0];
  const add = ([x, y]: Point): void => {
    const [left, top] = [Math.floor(x), Math.floor(y)];
    for (const [column, row, weight] of [
      [left, top, (left + 1 - x) * (top + 1 - y)],
      [left + 1, top, (x - left) * (top + 1 - y)],
      [left, top + 1, (left + 1 - x) * (y - top)],
      [left + 1, top + 1, (x - left) * (y - top)],
    ]) {
      const inside = column >= 0 && row >= 0 && column < width && row < height;
      const at = (row * width + column) * 3;
      for (let c = 0; c < 3; c++) sum[c] += weight * (inside ? pixels[at + c] : border);
    }
  };
  for (let i = 0; i < size * size; i++) {
    sum.fill(0);
    for (let s = 0; s < n * n; s++) {
      const dx = ((s % n) + 0.5) / n - 0.5;
      const dy = (Math.floor(s / n) + 0.5) / n - 0.5;
      add(applySimilarity(toPhoto, [(i % size) + dx, Math.floor(i / size) + dy]));
    }
    for (let c = 0; c < 3; c++) crop[3 * i + c] = Math.round(sum[c] / (n * n));
  }
  return crop;
}

/** Where the pixels of a crop of `size` lie in a photo that it shows a square of: `side` pixels, from (left, top) on. */
export const squareAt = (left: number, top: number, side: number, size: number): Similarity => ({
  a: side / size,
  b: 0,
  // Pixels' edges, not centres, coincide.
  tx: left + side / size / 2 - 0.5,
  ty: top + side / size / 2 - 0.5,
});

/** The square in the middle of a photo, as wide as its shorter side. */
export function centralSquare({ width, height }: Photo, size: number): Similarity {
  const side = Math.min(width, height);
  return squareAt((width - side) / 2, (height - side) / 2, side, size);
}
