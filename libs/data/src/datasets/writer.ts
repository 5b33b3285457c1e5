import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { fileDigest, hashOf, makeFolder, writeFileAtomic } from '@id3/core';
import {
  FORMAT_VERSION,
  MANIFEST_FILE,
  PAIRS_FILE,
  faceRecordSchema,
  shardFiles,
  type Channels,
  type FaceRecord,
  type Manifest,
  type Pair,
} from './manifest.ts';

export interface DatasetOptions {
  kind: Manifest['kind'];
  /** What the images are made from; its hash names the dataset. */
  spec: Manifest['spec'];
  height: number;
  width: number;
  /** Default 3: RGB. */
  channels?: Channels;
  /** Number of images. */
  count: number;
  imagesPerShard: number;
  /** d of the embeddings that images are asked for, where they are. */
  embeddingSize?: number;
}

/** The part of a shard's records that the manifest counts. */
const labelsSchema = z.array(faceRecordSchema.pick({ label: true }));

/** The images of one shard. */
export interface Shard {
  /** uint8 [n,H,W,C]. */
  images: Uint8Array;
  records: readonly FaceRecord[];
  /** [n,d] */
  embeddings?: Float32Array;
}

/**
 * Writes a dataset shard by shard, in any order and from several processes at once; each file appears whole or
 * not at all. What a killed process had finished is found again by {@link hasShard}.
 */
export class DatasetWriter {
  readonly shards: number;

  private constructor(
    readonly folder: string,
    readonly options: DatasetOptions,
  ) {
    this.shards = Math.ceil(options.count / options.imagesPerShard);
  }

  static open(folder: string, options: DatasetOptions): DatasetWriter {
    makeFolder(folder);
    return new DatasetWriter(folder, options);
  }

  /** The indices [from, to) of shard k's images. */
  shardRange(k: number): [from: number, to: number] {
    const { imagesPerShard, count } = this.options;
    return [k * imagesPerShard, Math.min(count, (k + 1) * imagesPerShard)];
  }

  /** Whether shard k is finished: its records are written last. */
  hasShard(k: number): boolean {
    return existsSync(join(this.folder, shardFiles(k).records));
  }

  writeShard(k: number, { images, records, embeddings }: Shard): void {
    const { height, width, channels = 3, embeddingSize = 0 } = this.options;
    const [from, to] = this.shardRange(k);
    const n = to - from;
    if (images.length !== n * height * width * channels || records.length !== n) {
      throw new Error(`shard ${k} must hold ${n} images of ${height}×${width}×${channels}`);
    }
    if ((embeddings?.length ?? 0) !== n * embeddingSize) {
      throw new Error(`shard ${k} must hold ${n} embeddings of size ${embeddingSize}`);
    }
    const files = shardFiles(k);
    writeFileAtomic(join(this.folder, files.images), images);
    if (embeddings !== undefined) {
      const bytes = new Uint8Array(embeddings.buffer, embeddings.byteOffset, embeddings.byteLength);
      writeFileAtomic(join(this.folder, files.embeddings), bytes);
    }
    writeFileAtomic(join(this.folder, files.records), JSON.stringify(records));
  }

  /** Replaces the records of all images, shards that are written already among them. */
  rewriteRecords(record: (i: number) => FaceRecord): void {
    for (let k = 0; k < this.shards; k++) {
      const [from, to] = this.shardRange(k);
      const records = Array.from({ length: to - from }, (_, b) => record(from + b));
      writeFileAtomic(join(this.folder, shardFiles(k).records), JSON.stringify(records));
    }
  }

  /** Writes the manifest once every shard is there. Throws where one is missing. */
  finish(extra: { pairs?: readonly Pair[] } = {}): void {
    const { height, width, channels, count, imagesPerShard, kind, spec, embeddingSize = 0 } = this.options;
    const names: string[] = [];
    const labels = new Set<number>();
    for (let k = 0; k < this.shards; k++) {
      if (!this.hasShard(k)) throw new Error(`shard ${k} of ${this.folder} was not written`);
      const files = shardFiles(k);
      names.push(files.images, files.records, ...(embeddingSize > 0 ? [files.embeddings] : []));
      const records = labelsSchema.parse(JSON.parse(readFileSync(join(this.folder, files.records), 'utf8')));
      for (const { label } of records) labels.add(label);
    }
    if (extra.pairs !== undefined) {
      writeFileAtomic(join(this.folder, PAIRS_FILE), JSON.stringify(extra.pairs));
      names.push(PAIRS_FILE);
    }
    const manifest: Manifest = {
      formatVersion: FORMAT_VERSION,
      kind,
      spec,
      specHash: hashOf(spec),
      height,
      width,
      ...(channels === 1 && { channels }),
      count,
      imagesPerShard,
      identities: labels.size,
      embeddingSize,
      files: Object.fromEntries(names.map((name) => [name, fileDigest(join(this.folder, name)).sha256])),
    };
    writeFileAtomic(join(this.folder, MANIFEST_FILE), JSON.stringify(manifest, null, 1));
  }
}
