import sharp from 'sharp';

/** Sides of a face in a picture, in pixels: alone, and in a row. */
const SIDES = { alone: 256, inRow: 128 } as const;

/**
 * Images beside one another, enlarged as in the other views: PNG.
 *
 * @param pixels uint8 [count,size,size,C]
 */
export async function stripPng(pixels: Uint8Array, count: number, size: number): Promise<Buffer> {
  const side = count === 1 ? SIDES.alone : SIDES.inRow;
  const image = pixels.length / count;
  const raw = { width: size, height: size, channels: image === size * size ? 1 : 3 } as const;
  const faces = Array.from({ length: count }, async (_, k) => ({
    input: await sharp(pixels.subarray(k * image, (k + 1) * image), { raw })
      .resize(side, side, { kernel: 'cubic' })
      .toColourspace('srgb')
      .png({ compressionLevel: 1 })
      .toBuffer(),
    left: k * side,
    top: 0,
  }));
  const background = { width: count * side, height: side, channels: 3, background: 'black' } as const;
  return sharp({ create: background })
    .composite(await Promise.all(faces))
    .png({ compressionLevel: 6 })
    .toBuffer();
}
