import sharp from 'sharp';
import { UserError } from '@id3/core';
import type { Dataset } from '../datasets/reader.ts';

export const ENCODINGS = ['png', 'jpeg'] as const;

export interface ExportOptions {
  /** `png` (default) keeps every pixel; `jpeg` is what the field's own sets hold. */
  encoding?: (typeof ENCODINGS)[number];
  /** Of JPEG, 1 to 100; default 95. */
  quality?: number;
  /** Whether another export in the folder is removed. */
  overwrite?: boolean;
  /** Called now and then with the number of images done. */
  onImages?: (done: number, count: number) => void;
}

/** Images are encoded so many at a time, on all threads. */
const AT_ONCE = 64;

export const extensionOf = ({ encoding = 'png' }: ExportOptions) => (encoding === 'png' ? 'png' : 'jpg');

/** The images of a dataset in the given order (default: its own), encoded. */
export async function* encodedImages(
  dataset: Dataset,
  options: ExportOptions,
  order: ArrayLike<number> = { length: dataset.count },
): AsyncGenerator<{ i: number; encoded: Buffer }> {
  const { encoding = 'png', quality = 95, onImages } = options;
  const { width, height, channels } = dataset;
  const raw = { width, height, channels };
  for (let from = 0; from < order.length; from += AT_ONCE) {
    const length = Math.min(AT_ONCE, order.length - from);
    const members = Array.from({ length }, (_, k) => order[from + k] ?? from + k);
    const encoded = await Promise.all(
      members.map((i) => {
        const image = sharp(dataset.image(i), { raw });
        return (
          encoding === 'png' ? image.png() : image.jpeg({ quality, chromaSubsampling: '4:4:4' })
        ).toBuffer();
      }),
    );
    for (const [k, i] of members.entries()) yield { i, encoded: encoded[k] };
    onImages?.(from + length, order.length);
  }
}

/** A person's name for files: the imported one, else from the label. Throws where it could lead out of the folder. */
export function personName(dataset: Dataset, i: number): string {
  const { label, person } = dataset.record(i);
  if (typeof person !== 'string') return `person-${String(label).padStart(6, '0')}`;
  if (person === '' || person === '.' || person === '..' || /[/\\\0]/.test(person))
    throw new UserError(
      `Image ${i} of ${dataset.folder} is of ${JSON.stringify(person)}, which is no name for a folder; import it anew.`,
    );
  return person;
}
