import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError, errorCode, fileDigest, sha256 } from '@id3/core';
import { attributesFile, attributesSchema, withPredicted } from './attributes.ts';
import {
  PAIRS_FILE,
  faceRecordSchema,
  pairSchema,
  readManifest,
  shardFiles,
  type Channels,
  type FaceRecord,
  type Manifest,
  type Pair,
} from './manifest.ts';

/** A finished dataset. Its images and embeddings stay on disk, its records (labels, ages …) are in memory. */
export interface Dataset {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: Channels;
  /** Number of different labels. */
  readonly identities: number;
  /** The person of each image. */
  readonly labels: Int32Array;
  /** uint8 [H,W,C], read from disk: the caller's own. Throws a UserError where its file has gone. */
  image(i: number): Uint8Array;
  /** The ground truth of image i; predicted attributes (see {@link writeAttributes}) where it has none. */
  record(i: number): FaceRecord;
  /** The embedding that image i was asked for, [d]; absent where there is none. */
  embedding(i: number): Float32Array | undefined;
  /** Verification pairs, where the dataset is a benchmark. */
  readonly pairs: readonly Pair[] | undefined;
}

/** What a dataset says of its images, without the images. */
export interface Records extends Pick<Dataset, 'folder' | 'manifest' | 'pairs'> {
  readonly records: readonly FaceRecord[];
}

/** Images of one size, of a dataset or made from one. */
export type Images = Pick<Dataset, 'count' | 'height' | 'width' | 'channels' | 'image'>;

/** Reads files of a dataset's folder and verifies them against the manifest's checksums. */
function filesOf(folder: string, manifest: Manifest) {
  const again = `delete ${folder} and run the command again that made it`;
  const reading = <T>(name: string, read: (path: string) => T): T => {
    const path = join(folder, name);
    try {
      return read(path);
    } catch (error) {
      throw new UserError(`${path} cannot be read (${errorCode(error)}); ${again}.`);
    }
  };
  const check = (name: string, hash: string) => {
    if (hash !== manifest.files[name])
      throw new UserError(`${join(folder, name)} was altered (its checksum differs); ${again}.`);
  };
  const json = (name: string): unknown => {
    const bytes = reading(name, (path) => readFileSync(path));
    check(name, sha256(bytes));
    return JSON.parse(bytes.toString('utf8'));
  };
  return { reading, check, json };
}

const shardsOf = ({ count, imagesPerShard }: Manifest) =>
  Array.from({ length: Math.ceil(count / imagesPerShard) }, (_, k) => shardFiles(k));

/** Reads what a dataset says of its images, whose files it leaves alone: quick, however many there are. Throws as {@link openDataset}. */
export function readRecords(folder: string): Records {
  const manifest = readManifest(folder);
  const { json } = filesOf(folder, manifest);
  const given = shardsOf(manifest).flatMap((files) => z.array(faceRecordSchema).parse(json(files.records)));
  const attributes = attributesFile(manifest);
  const predicted = attributes === undefined ? undefined : attributesSchema.parse(json(attributes));
  const records = predicted
    ? given.map((record, i) => withPredicted(record, predicted.predictor, predicted.images[i]))
    : given;
  const pairs = PAIRS_FILE in manifest.files ? z.array(pairSchema).parse(json(PAIRS_FILE)) : undefined;
  return { folder, manifest, records, pairs };
}

/**
 * Opens a dataset and verifies every file against the manifest's checksum. Throws a UserError that
 * names a missing or altered file.
 */
export function openDataset(folder: string): Dataset {
  const { manifest, records, pairs } = readRecords(folder);
  const { reading, check } = filesOf(folder, manifest);
  const { count, height, width, channels = 3, imagesPerShard, embeddingSize } = manifest;
  const shards = shardsOf(manifest);
  const hasEmbeddings = embeddingSize > 0;
  for (const { images, embeddings } of shards)
    for (const name of hasEmbeddings ? [images, embeddings] : [images])
      check(name, reading(name, fileDigest).sha256);
  /** Item i of `size` bytes in the shards' files of a kind. */
  const item = (kind: 'images' | 'embeddings', i: number, size: number): Uint8Array => {
    if (!(i >= 0 && i < count)) throw new RangeError(`${folder} has no image ${i}, only 0 to ${count - 1}`);
    const name = shards[Math.floor(i / imagesPerShard)][kind];
    return reading(name, (path) => readPart(path, (i % imagesPerShard) * size, size));
  };
  return {
    folder,
    manifest,
    count,
    height,
    width,
    channels,
    identities: manifest.identities,
    labels: Int32Array.from(records, (record) => record.label),
    image: (i) => item('images', i, height * width * channels),
    record: (i) => records[i],
    embedding: (i) =>
      hasEmbeddings ? new Float32Array(item('embeddings', i, 4 * embeddingSize).buffer) : undefined,
    pairs,
  };
}

/** Bytes [offset, offset + length) of a file. It is opened for them alone, which takes some 15 µs and leaves no file open. */
export function readPart(path: string, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const file = openSync(path, 'r');
  try {
    if (readSync(file, bytes, 0, length, offset) < length)
      throw Object.assign(new Error('file became shorter'), { code: 'became shorter' });
  } finally {
    closeSync(file);
  }
  return bytes;
}
