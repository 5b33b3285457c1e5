import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError, sha256 } from '@id3/core';
import {
  PAIRS_FILE,
  faceRecordSchema,
  pairSchema,
  readManifest,
  shardFiles,
  type FaceRecord,
  type Manifest,
  type Pair,
} from './manifest.ts';

/** A finished dataset in memory. */
export interface Dataset {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** Number of different labels. */
  readonly identities: number;
  /** The person of each image. */
  readonly labels: Int32Array;
  /** uint8 [H,W,3]; a view, not to be written to. */
  image(i: number): Uint8Array;
  record(i: number): FaceRecord;
  /** The embedding that image i was asked for, [d]; absent where there is none. */
  embedding(i: number): Float32Array | undefined;
  /** Verification pairs, where the dataset is a benchmark. */
  readonly pairs: readonly Pair[] | undefined;
}

/**
 * Opens a dataset and verifies every file against the manifest's checksum. Throws a UserError that
 * names a missing or altered file.
 */
export function openDataset(folder: string): Dataset {
  const manifest = readManifest(folder);
  const read = (name: string): Buffer => {
    const path = join(folder, name);
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new UserError(
        `${path} cannot be read (${code}); delete ${folder} and run the same command again.`,
      );
    }
    if (sha256(bytes) !== manifest.files[name]) {
      throw new UserError(
        `${path} was altered (its checksum differs); delete ${folder} and run the same command again.`,
      );
    }
    return bytes;
  };
  const { count, height, width, imagesPerShard, embeddingSize } = manifest;
  const shards = Array.from({ length: Math.ceil(count / imagesPerShard) }, (_, k) => shardFiles(k));
  const images = shards.map((files) => read(files.images));
  const records = shards.flatMap((files) =>
    z.array(faceRecordSchema).parse(JSON.parse(read(files.records).toString('utf8'))),
  );
  const embeddings =
    embeddingSize === 0
      ? undefined
      : shards.map((files) => new Float32Array(new Uint8Array(read(files.embeddings)).buffer));
  const pairs =
    PAIRS_FILE in manifest.files
      ? z.array(pairSchema).parse(JSON.parse(read(PAIRS_FILE).toString('utf8')))
      : undefined;
  const within = <T extends Uint8Array | Float32Array>(parts: readonly T[], i: number, size: number): T => {
    const at = (i % imagesPerShard) * size;
    return parts[Math.floor(i / imagesPerShard)].subarray(at, at + size) as T;
  };
  return {
    folder,
    manifest,
    count,
    height,
    width,
    identities: manifest.identities,
    labels: Int32Array.from(records, (record) => record.label),
    image: (i) => within<Uint8Array>(images, i, height * width * 3),
    record: (i) => records[i],
    embedding: (i) => embeddings && within(embeddings, i, embeddingSize),
    pairs,
  };
}
