import { createRequire } from 'node:module';
import sharp, { type OverlayOptions } from 'sharp';

/** Shipped as a package, for a machine may have no fonts. */
const FONT_FILE = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');

/** Where a text goes, in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A text as a picture to composite: in the middle of a box, or at its left side, in as many lines as it needs. */
export async function textImage(
  words: string,
  { left, top, width, height }: Box,
  { align = 'centre', colour = '#1a1a1a' }: { align?: 'centre' | 'left'; colour?: string } = {},
): Promise<OverlayOptions> {
  const escaped = words.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  const { data, info } = await sharp({
    text: {
      text: `<span foreground="${colour}">${escaped}</span>`,
      font: 'DejaVu Sans 9',
      fontfile: FONT_FILE,
      rgba: true,
      dpi: 96,
      width,
      align,
    },
  })
    .png()
    .toBuffer({ resolveWithObject: true });
  const slack = Math.max(0, Math.round((width - info.width) / 2));
  return {
    input: data,
    left: left + (align === 'centre' ? slack : 0),
    top: top + Math.max(0, Math.round((height - info.height) / 2)),
  };
}
