import { claimFolder, hashOf } from '@id3/core';
import { manifestHash } from '../datasets/attributes.ts';
import type { Dataset } from '../datasets/reader.ts';
import type { ExportOptions } from './encode.ts';

/**
 * Takes a folder for an export of a dataset, as {@link claimFolder} does.
 *
 * @param names what the export will write into the folder
 */
export function claimExportFolder(
  folder: string,
  dataset: Dataset,
  format: string,
  names: readonly string[],
  { encoding = 'png', quality = 95, overwrite = false }: ExportOptions,
): void {
  const of = hashOf({ manifest: manifestHash(dataset.folder), format, encoding, quality });
  claimFolder(folder, { of, names }, overwrite);
}
