import { join } from 'node:path';
import { writeFileAtomic } from '@id3/core';
import type { Dataset } from '../datasets/reader.ts';
import { claimExportFolder } from './claim.ts';
import { encodedImages, extensionOf, personName, type ExportOptions } from './encode.ts';

/**
 * Writes a dataset as pictures, one folder a person: `<person>/<index>.png`, where the person is the imported name or
 * the label. Throws a UserError where the disk refuses or the folder holds something else.
 */
export async function exportImageFolder(
  dataset: Dataset,
  folder: string,
  options: ExportOptions = {},
): Promise<void> {
  const people = new Set(Array.from({ length: dataset.count }, (_, i) => personName(dataset, i)));
  claimExportFolder(folder, dataset, 'image-folder', [...people], options);
  for await (const { i, encoded } of encodedImages(dataset, options)) {
    const file = `${String(i).padStart(7, '0')}.${extensionOf(options)}`;
    writeFileAtomic(join(folder, personName(dataset, i), file), encoded);
  }
}
