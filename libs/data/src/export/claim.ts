import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, explainFileError, hashOf, makeFolder, writeFileAtomic } from '@id3/core';
import { z } from 'zod';
import { manifestHash } from '../datasets/attributes.ts';
import type { Dataset } from '../datasets/reader.ts';
import type { ExportOptions } from './encode.ts';

/** Says what a folder's export is of; written first. */
export const EXPORT_FILE = '.export.json';

const exportSchema = z.strictObject({
  /** Hash of dataset, format and options. */
  of: z.string(),
  /** What the export writes into the folder. */
  names: z.array(z.string().regex(/^(?!\.\.?$)[^/\\]+$/)),
});

/**
 * Takes a folder for an export. One that an export of the same dataset in the same way has begun is taken again; another export is removed
 * where `overwrite` says so. Throws a UserError where the folder holds anything else, which is never removed.
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
  makeFolder(folder);
  const path = join(folder, EXPORT_FILE);
  const found = existsSync(path) ? exportSchema.safeParse(jsonOf(readFileSync(path, 'utf8'))) : undefined;
  const earlier = found?.success ? found.data : { of, names: [] };
  const ours = new Set([EXPORT_FILE, ...earlier.names]);
  const foreign = readdirSync(folder).find((name) => !ours.has(name) && !name.endsWith('.unfinished'));
  if (foreign !== undefined)
    throw new UserError(
      `${folder} holds ${foreign}, which no export of this kind has written; name another folder.`,
    );
  if (earlier.of !== of) {
    if (!overwrite)
      throw new UserError(
        `${folder} holds another export; name another folder, or have it replaced by --overwrite.`,
      );
    try {
      for (const name of earlier.names) rmSync(join(folder, name), { recursive: true, force: true });
    } catch (error) {
      throw explainFileError(error, folder);
    }
  }
  writeFileAtomic(path, JSON.stringify({ of, names }));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
