import { existsSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { UserError } from '@id3/core';
import {
  pairListFormats,
  pairListSource,
  verificationBinSource,
  type Missing,
  type PairListFormat,
} from './benchmarks.ts';
import { picturesBelow } from './folder.ts';
import { imageFolderSource, unlabelledSource } from './image-folder.ts';
import type { ImageSource } from './image-source.ts';
import { recordSetSource } from './record-set.ts';

/** What can be imported; the names of `nx run tools:import --format`. */
export const importFormats = [
  'insightface-bin',
  'recordio',
  'image-folder',
  'unlabelled',
  ...pairListFormats,
] as const;
export type ImportFormat = (typeof importFormats)[number];

/**
 * Opens files of a format as a source of images.
 *
 * @param path the file or folder, see each format's source
 * @param pairs the list of pairs of benchmarks that have one
 * @param missing what becomes of such a benchmark where pictures are missing
 */
export function openImageSource(
  format: ImportFormat,
  path: string,
  pairs?: string,
  missing?: Missing,
): ImageSource {
  if (pairs !== undefined && !isPairList(format))
    throw new UserError(
      `--pairs is for ${pairListFormats.join(', ')}; a source of format ${format} has none: leave it out, or name the format by --format.`,
    );
  if (missing !== undefined && !isPairList(format))
    throw new UserError(
      `--missing is for ${pairListFormats.join(', ')}; a source of format ${format} lists no pictures.`,
    );
  switch (format) {
    case 'insightface-bin':
      return verificationBinSource(path);
    case 'recordio':
      return recordSetSource(path);
    case 'image-folder':
      return imageFolderSource(path);
    case 'unlabelled':
      return unlabelledSource(path);
    default:
      return pairListSource(format, path, pairs, missing);
  }
}

/**
 * The format of a file or folder, by what it holds. Throws a UserError where that is not plain: benchmarks with a list of pairs
 * have to be named, and pictures that lie in one folder are of nobody known.
 */
export function detectFormat(path: string): ImportFormat {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new UserError(`${path} does not exist; check --from.`);
  if (stat.isFile()) {
    if (path.endsWith('.bin')) return 'insightface-bin';
    if (path.endsWith('.rec')) return 'recordio';
  } else if (existsSync(join(path, 'train.rec'))) return 'recordio';
  else if (!existsSync(join(path, 'Protocol'))) {
    const { pictures } = picturesBelow(path);
    // Of a folder without pictures this format says so.
    if (pictures.length === 0 || pictures.some((picture) => picture.includes(sep))) return 'image-folder';
  }
  throw new UserError(
    `What ${path} holds cannot be told from its name; give --format=${importFormats.join('|')}.`,
  );
}

const isPairList = (format: ImportFormat): format is PairListFormat =>
  (pairListFormats as readonly string[]).includes(format);
