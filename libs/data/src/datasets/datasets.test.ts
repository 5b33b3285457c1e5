import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Rng, UserError } from '@id3/core';
import { DatasetWriter, NO_AUGMENTATION, batches, openDataset, type Batch, type Dataset } from '../index.ts';

const size = 4;
const pixels = (i: number) => Uint8Array.from({ length: size * size * 3 }, (_, k) => new Rng(i, k).int(256));

/** A dataset of 10 images of 5 people in shards of 4. */
function write(folder: string, finish = true): void {
  const writer = DatasetWriter.open(folder, {
    kind: 'rendered',
    spec: { seed: 1 },
    height: size,
    width: size,
    count: 10,
    imagesPerShard: 4,
    embeddingSize: 2,
  });
  for (let k = 0; k < writer.shards; k++) {
    if (writer.hasShard(k)) continue;
    const [from, to] = writer.shardRange(k);
    const indices = Array.from({ length: to - from }, (_, b) => from + b);
    writer.writeShard(k, {
      images: Uint8Array.from(indices.flatMap((i) => [...pixels(i)])),
      records: indices.map((i) => ({ label: Math.floor(i / 2), age: 20 + i, yaw: i - 4.5 })),
      embeddings: Float32Array.from(indices.flatMap((i) => [i, -i])),
    });
  }
  if (finish) writer.finish({ pairs: [{ a: 0, b: 1, same: true, fold: 0 }] });
}
const fresh = () => mkdtempSync(join(tmpdir(), 'id3-data-'));
const opened = () => {
  const folder = fresh();
  write(folder);
  return openDataset(folder);
};

async function take(dataset: Dataset, options: Parameters<typeof batches>[1]): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches(dataset, options)) all.push(batch);
  return all;
}

describe('a dataset on disk', () => {
  it('reads back what was written', () => {
    const dataset = opened();
    expect([dataset.count, dataset.identities, dataset.height, dataset.width]).toEqual([10, 5, size, size]);
    for (let i = 0; i < 10; i++) {
      expect(Array.from(dataset.image(i))).toEqual(Array.from(pixels(i)));
      expect(dataset.record(i)).toEqual({ label: Math.floor(i / 2), age: 20 + i, yaw: i - 4.5 });
      expect(Array.from(dataset.embedding(i)!)).toEqual([i, -i]);
    }
    expect(dataset.pairs).toEqual([{ a: 0, b: 1, same: true, fold: 0 }]);
  });
  it('refuses a flipped byte, a truncated and a missing shard by name', () => {
    for (const harm of [
      (path: string) => {
        const bytes = readFileSync(path);
        bytes[7] ^= 1;
        writeFileSync(path, bytes);
      },
      (path: string) => truncateSync(path, 10),
      (path: string) => rmSync(path),
    ]) {
      const folder = fresh();
      write(folder);
      harm(join(folder, 'shard-00001.rgb'));
      expect(() => openDataset(folder)).toThrow(UserError);
      expect(() => openDataset(folder)).toThrow(/shard-00001\.rgb/);
    }
  });
  it('is not a dataset until its manifest is there, nor in another format version', () => {
    const folder = fresh();
    write(folder, false);
    expect(() => openDataset(folder)).toThrow(/not a finished dataset/);
    write(folder); // continues with the shards that are there
    const path = join(folder, 'manifest.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"formatVersion": 1', '"formatVersion": 99'));
    expect(() => openDataset(folder)).toThrow(/version 99/);
    writeFileSync(path, '{');
    expect(() => openDataset(folder)).toThrow(/not valid JSON/);
    expect(() => openDataset(join(folder, 'none'))).toThrow(/none does not exist; check the path/);
    expect(() => openDataset(path)).toThrow(/manifest\.json is a file, not the folder of a dataset/);
  });
});

describe('batches', () => {
  const options = { batchSize: 3, seed: 5, augment: { ...NO_AUGMENTATION, flip: true }, steps: 20 };
  it('are a function of seed and step, wherever they start', async () => {
    const dataset = opened();
    const all = await take(dataset, options);
    expect(await take(dataset, { ...options, startStep: 13 })).toEqual(all.slice(13));
    expect((await take(dataset, { ...options, seed: 6 }))[0].indices).not.toEqual(all[0].indices);
  });
  it('show every image once an epoch', async () => {
    const indices = (await take(opened(), options)).flatMap((batch) => [...batch.indices]);
    for (let epoch = 0; epoch < 6; epoch++) {
      expect(new Set(indices.slice(epoch * 10, epoch * 10 + 10)).size).toBe(10);
    }
    expect(indices.slice(0, 10)).not.toEqual(indices.slice(10, 20));
  });
  it('scale pixels to [-1,1] and mirror the image together with its yaw', async () => {
    const dataset = opened();
    let mirrored = 0;
    for (const batch of await take(dataset, options)) {
      batch.indices.forEach((i, b) => {
        const flipped = batch.yaw[b] !== dataset.record(i).yaw;
        if (flipped) mirrored++;
        const column = flipped ? size - 1 : 0;
        const value = batch.images[b * size * size * 3 + 1];
        expect(value).toBeCloseTo(dataset.image(i)[column * 3 + 1] / 127.5 - 1, 6);
      });
    }
    expect(mirrored).toBeGreaterThan(15);
    expect(mirrored).toBeLessThan(45);
  });
});
