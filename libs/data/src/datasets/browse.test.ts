import { mkdtempSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@id3/core';
import { describe, expect, it } from 'vitest';
import { readImages } from './browse.ts';
import { openDataset } from './reader.ts';
import { DatasetWriter } from './writer.ts';

function write(): string {
  const folder = mkdtempSync(join(tmpdir(), 'id3-browse-'));
  const writer = DatasetWriter.open(folder, {
    kind: 'imported',
    spec: {},
    height: 2,
    width: 3,
    count: 7,
    imagesPerShard: 3,
  });
  for (let k = 0; k < writer.shards; k++) {
    const [from, to] = writer.shardRange(k);
    writer.writeShard(k, {
      images: Uint8Array.from({ length: (to - from) * 18 }, (_, b) => from * 18 + b),
      records: Array.from({ length: to - from }, (_, b) => ({ label: from + b })),
    });
  }
  writer.finish();
  return folder;
}

describe('readImages', () => {
  it('reads the images that openDataset reads, in the order asked for', () => {
    const folder = write();
    const dataset = openDataset(folder);
    const indices = [6, 0, 2, 3, 0];
    expect(readImages(folder, indices)).toEqual(indices.map((i) => new Uint8Array(dataset.image(i))));
  });

  it('names what is missing', () => {
    const folder = write();
    for (const i of [-1, 7, 0.5, NaN]) expect(() => readImages(folder, [i])).toThrow(/has no image/);
    truncateSync(join(folder, 'shard-00000.rgb'), 20);
    expect(readImages(folder, [0])).toHaveLength(1);
    expect(() => readImages(folder, [1])).toThrow(/became shorter/);
    expect(() => readImages(join(folder, 'none'), [1])).toThrow(UserError);
  });
});
