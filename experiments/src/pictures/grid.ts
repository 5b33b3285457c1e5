import sharp, { type OverlayOptions } from 'sharp';
import { textImage } from './text-image.ts';

const GAP = 4;
const HEADER = 28;
const LABEL_WIDTH = 96;

/** Images in rows and columns, all of one size, with what each row and column shows. */
export interface Grid {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly label: string; readonly images: readonly Uint8Array[] }[];
  /** Side of the images in pixels. */
  readonly size: number;
}

/**
 * A PNG of the grid, each image enlarged to `cell` pixels without smoothing being hidden: what was
 * generated at 32×32 looks like it. Images are uint8 [size,size,3], or [size,size], grey.
 */
export async function gridPng({ columns, rows, size }: Grid, cell = 112): Promise<Buffer> {
  const x = (column: number) => LABEL_WIDTH + column * (cell + GAP);
  const y = (row: number) => HEADER + row * (cell + GAP);
  const pictures = rows.flatMap(({ images }, row) =>
    images.map(async (pixels, column): Promise<OverlayOptions> => {
      const raw = { width: size, height: size, channels: pixels.length === size * size ? 1 : 3 } as const;
      const input = await sharp(pixels, { raw }).resize(cell, cell, { kernel: 'cubic' }).png().toBuffer();
      return { input, left: x(column), top: y(row) };
    }),
  );
  const titles = columns.map((title, column) =>
    textImage(title, { left: x(column), top: 0, width: cell, height: HEADER }),
  );
  const labels = rows.map(({ label }, row) =>
    textImage(label, { left: 0, top: y(row), width: LABEL_WIDTH, height: cell }),
  );
  return sharp({
    create: {
      width: x(columns.length),
      height: y(rows.length),
      channels: 3,
      background: 'white',
    },
  })
    .composite(await Promise.all([...pictures, ...titles, ...labels]))
    .png()
    .toBuffer();
}
