import sharp from 'sharp';
import { greyOf, rgbOf } from './channels.ts';
import type { Channels } from './manifest.ts';
import type { Images } from './reader.ts';

/** Image i with size×size pixels of so many channels: uint8 [size,size,C]. Colours are scaled before they become grey. */
export async function scaledImage(
  images: Images,
  i: number,
  { size, channels }: { size: number; channels: Channels },
): Promise<Uint8Array> {
  const { width, height } = images;
  const pixels = images.channels === 1 ? rgbOf(images.image(i)) : images.image(i);
  const rgb = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .resize(size, size)
    .raw()
    .toBuffer();
  return channels === 1 ? greyOf(rgb) : rgb;
}
