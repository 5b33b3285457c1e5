import type { Channels } from './manifest.ts';
import type { Images } from './reader.ts';

/** What grey photographs keep of a colour (ITU-R BT.601, as JPEG has it), in the range of the values given. */
export const luma = (red: number, green: number, blue: number): number =>
  0.299 * red + 0.587 * green + 0.114 * blue;

/** The whole grey level of each pixel: uint8 [n,3] → [n]. */
export const greyOf = (rgb: Uint8Array): Uint8Array =>
  Uint8Array.from({ length: rgb.length / 3 }, (_, p) =>
    Math.round(luma(rgb[3 * p], rgb[3 * p + 1], rgb[3 * p + 2])),
  );

/** Grey pixels as three equal channels: uint8 [n] → [n,3]. */
export function rgbOf(grey: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(3 * grey.length);
  grey.forEach((value, p) => rgb.fill(value, 3 * p, 3 * p + 3));
  return rgb;
}

/** The same images with so many channels: of colours the grey level, of grey three equal values. */
export function withChannels<I extends Images>(images: I, channels: Channels): I {
  if (images.channels === channels) return images;
  const convert = channels === 1 ? greyOf : rgbOf;
  return { ...images, channels, image: (i: number) => convert(images.image(i)) };
}
