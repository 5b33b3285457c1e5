import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rng } from '@id3/core';
import { DatasetWriter, openDataset, type Dataset, type Pair } from '@id3/data';
import { contiguousFolds } from '@id3/formats';

/** 2 images of each of 40 people, 2×3 pixels: a person's own pattern plus noise of the given strength. */
export function benchmark(noise: number, withPairs = true): Dataset {
  const rng = new Rng(1, 'benchmark', noise);
  const count = 80;
  const people = Array.from({ length: 40 }, () => rng.normals(18));
  const images = Uint8Array.from({ length: count * 18 }, (_, k) => {
    const person = people[Math.floor(k / 36)];
    return Math.max(0, Math.min(255, 127.5 + 40 * (person[k % 18] + noise * rng.normal())));
  });
  const folds = contiguousFolds(80, 10);
  const pairs: Pair[] = Array.from({ length: 80 }, (_, i) => {
    const a = i & ~1;
    return { a, b: i % 2 ? a + 1 : (a + 2) % count, same: i % 2 === 1, fold: folds[i] };
  });
  const folder = mkdtempSync(join(tmpdir(), 'id3-verify-'));
  const writer = DatasetWriter.open(folder, {
    kind: 'rendered',
    spec: { noise },
    height: 2,
    width: 3,
    count,
    imagesPerShard: 80,
  });
  writer.writeShard(0, {
    images,
    records: Array.from({ length: count }, (_, i) => ({ label: Math.floor(i / 2) })),
  });
  writer.finish(withPairs ? { pairs } : {});
  return openDataset(folder);
}

export * from './onnx-testing.ts';
