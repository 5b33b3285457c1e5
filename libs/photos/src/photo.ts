import { decodePicture, type Similarity } from '@id3/data';

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
  const { a, b, tx, ty } = toPhoto;
  const n = Math.max(1, Math.round(Math.hypot(a, b)));
  const crop = new Uint8Array(size * size * 3);
  const sum = new Float64Array(3);
  const add = (column: number, row: number, weight: number): void => {
    const inside = column >= 0 && row >= 0 && column < width && row < height;
    const at = (row * width + column) * 3;
    for (let c = 0; c < 3; c++) sum[c] += weight * (inside ? pixels[at + c] : border);
  };
  // Written out, without points, calls and loops over channels: this is the innermost loop of an alignment.
  for (let i = 0; i < size * size; i++) {
    let red = 0;
    let green = 0;
    let blue = 0;
    for (let s = 0; s < n * n; s++) {
      const u = (i % size) + ((s % n) + 0.5) / n - 0.5;
      const v = Math.floor(i / size) + (Math.floor(s / n) + 0.5) / n - 0.5;
      const x = a * u - b * v + tx;
      const y = b * u + a * v + ty;
      const left = Math.floor(x);
      const top = Math.floor(y);
      const right = x - left;
      const bottom = y - top;
      if (left >= 0 && top >= 0 && left + 1 < width && top + 1 < height) {
        const p = (top * width + left) * 3;
        const q = p + width * 3;
        const before = 1 - right;
        const above = 1 - bottom;
        red +=
          above * (before * pixels[p] + right * pixels[p + 3]) +
          bottom * (before * pixels[q] + right * pixels[q + 3]);
        green +=
          above * (before * pixels[p + 1] + right * pixels[p + 4]) +
          bottom * (before * pixels[q + 1] + right * pixels[q + 4]);
        blue +=
          above * (before * pixels[p + 2] + right * pixels[p + 5]) +
          bottom * (before * pixels[q + 2] + right * pixels[q + 5]);
      } else {
        sum.fill(0);
        add(left, top, (1 - right) * (1 - bottom));
        add(left + 1, top, right * (1 - bottom));
        add(left, top + 1, (1 - right) * bottom);
        add(left + 1, top + 1, right * bottom);
        red += sum[0];
        green += sum[1];
        blue += sum[2];
      }
    }
    crop[3 * i] = Math.round(red / (n * n));
    crop[3 * i + 1] = Math.round(green / (n * n));
    crop[3 * i + 2] = Math.round(blue / (n * n));
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
