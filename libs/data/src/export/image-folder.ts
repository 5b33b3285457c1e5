import { join } from 'node:path';
import { makeFolder, writeFileAtomic } from '@id3/core';
import type { Dataset } from '../datasets/reader.ts';
import { encodedImages, extensionOf, personName, type ExportOptions } from './encode.ts';

/**
 * Writes a dataset as pictures, one folder a person: `<person>/<index>.png`, where the person is the imported name or
 * the label. Throws a UserError where the disk refuses.
 */
export async function exportImageFolder(
  dataset: Dataset,
  folder: string,
  options: ExportOptions = {},
): Promise<void> {
  makeFolder(folder);
  for await (const { i, encoded } of encodedImages(dataset, options)) {
    const file = `${String(i).padStart(7, '0')}.${extensionOf(options)}`;
    writeFileAtomic(join(folder, personName(dataset, i), file), encoded);
  }
}
