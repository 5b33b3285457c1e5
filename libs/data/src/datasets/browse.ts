import { join } from 'node:path';
import { UserError, errorCode } from '@id3/core';
import { rgbOf } from './channels.ts';
import { readManifest, shardFiles } from './manifest.ts';
import { readPart } from './reader.ts';

export { inspectionSchema, type CosineHistogram, type Inspection } from './inspection.ts';
export { readManifest, type Manifest } from './manifest.ts';

/**
 * Images `indices` of a finished dataset. Only their own bytes are read, for whoever looks at a few of very many; checksums
 * would need whole files and are not verified.
 *
 * @returns uint8 [H,W,3] each, grey ones as three equal channels. Throws a UserError where an index or a file is missing.
 */
export function readImages(folder: string, indices: readonly number[]): Uint8Array[] {
  const { count, imagesPerShard, height, width, channels = 3 } = readManifest(folder);
  const bytes = height * width * channels;
  return indices.map((i) => {
    if (!Number.isInteger(i) || i < 0 || i >= count)
      throw new UserError(`${folder} has no image ${i}; it has images 0 to ${count - 1}.`);
    const path = join(folder, shardFiles(Math.floor(i / imagesPerShard)).images);
    try {
      const pixels = readPart(path, (i % imagesPerShard) * bytes, bytes);
      return channels === 1 ? rgbOf(pixels) : pixels;
    } catch (error) {
      throw new UserError(
        `${path} cannot be read (${errorCode(error)}); make it readable, or delete ${folder} and make it anew.`,
      );
    }
  });
}
