import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { UserError, hashOf, makeFolder, writeFileAtomic } from '@id3/core';
import {
  MANIFEST_FILE,
  readManifest,
  type FaceRecord,
  type Manifest,
  type Pair,
} from '../datasets/manifest.ts';
import { DatasetWriter } from '../datasets/writer.ts';
import { decodeImage } from './decode.ts';

/** Encoded pictures, read one at a time, that become a dataset. */
export interface ImageSource {
  /** What the pictures come from; an import continues where a killed one stopped only if this is the same. */
  readonly spec: {
    readonly format: string;
    readonly source: string;
    readonly [key: string]: Manifest['spec'];
  };
  readonly count: number;
  /** Pixels of a side that the source says its pictures have. */
  readonly size?: number;
  /** Picture i: its bytes or its path. */
  picture(i: number): Uint8Array | string;
  /** The pixels of picture i, uint8 [size,size,3]; by default {@link decodeImage} of it. */
  decode?(i: number, size: number): Promise<Uint8Array>;
  record(i: number): FaceRecord;
  /** What error messages call picture i. */
  nameOf(i: number): string;
  /** Verification pairs, where the source is a benchmark. */
  readonly pairs?: readonly Pair[];
}

export interface ImportOptions {
  /**
   * Pixels of a side of the dataset's images, by default what the source says or else 112; pictures of another size are
   * scaled after cutting the longer side in the middle.
   */
  size?: number;
  /** Default 512: at 112×112 a shard has 18 MiB, which is what the import holds in memory. */
  imagesPerShard?: number;
  /** Called after each shard with the number of images done, those of a killed import among them. */
  onImages?: (done: number, count: number) => void;
}

/** The size of an aligned face in the field (ArcFace). */
const DEFAULT_SIZE = 112;
/** What an unfinished import is of; removed when the dataset is complete. */
const PROGRESS_FILE = 'importing.json';

/**
 * Makes a dataset in `folder` of a source's pictures, shard by shard; one that a killed process was making is continued, one that is
 * complete is left as it is. Throws a UserError that names an unreadable picture, or where the folder holds something else.
 */
export async function importImages(
  source: ImageSource,
  folder: string,
  { size = source.size ?? DEFAULT_SIZE, imagesPerShard = 512, onImages }: ImportOptions = {},
): Promise<void> {
  const spec = { ...source.spec, source: resolve(source.spec.source), size, imagesPerShard };
  if (!begin(folder, hashOf(spec))) return onImages?.(source.count, source.count);
  // Pictures are small and many: a thread each, and none is seen twice.
  sharp.concurrency(1);
  sharp.cache(false);
  const writer = DatasetWriter.open(folder, {
    kind: 'imported',
    spec,
    height: size,
    width: size,
    count: source.count,
    imagesPerShard,
  });
  const bytes = size * size * 3;
  for (let k = 0; k < writer.shards; k++) {
    const [from, to] = writer.shardRange(k);
    if (!writer.hasShard(k)) {
      const images = new Uint8Array((to - from) * bytes);
      const indices = Array.from({ length: to - from }, (_, b) => from + b);
      await Promise.all(
        indices.map(async (i) => {
          const pixels = source.decode
            ? await source.decode(i, size)
            : await decodeImage(source.picture(i), size, source.nameOf(i));
          images.set(pixels, (i - from) * bytes);
        }),
      );
      writer.writeShard(k, { images, records: indices.map((i) => source.record(i)) });
    }
    onImages?.(to, source.count);
  }
  writer.finish({ pairs: source.pairs });
  rmSync(join(folder, PROGRESS_FILE), { force: true });
}

/** Claims the folder for a source; false where its dataset is complete. UserError where the folder holds another. */
function begin(folder: string, specHash: string): boolean {
  const other = (what: string) =>
    new UserError(`${folder} holds ${what}; name another folder, or delete it to make it anew.`);
  makeFolder(folder);
  if (existsSync(join(folder, MANIFEST_FILE))) {
    if (readManifest(folder).specHash === specHash) return false;
    throw other('another dataset, or one that was imported from other files or with other options');
  }
  const path = join(folder, PROGRESS_FILE);
  if (existsSync(path)) {
    if (readFileSync(path, 'utf8') !== specHash)
      throw other('an unfinished import of other files or with other options');
  } else writeFileAtomic(path, specHash);
  return true;
}
