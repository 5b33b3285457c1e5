import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rng } from '@id3/core';
import { DatasetWriter, openDataset, type Dataset, type Pair } from '@id3/data';
import { contiguousFolds } from '@id3/formats';
import { describe, expect, it } from 'vitest';
import { probeConvention } from './convention-probe.ts';
import { openOnnxRecogniser } from './onnx-recogniser.ts';
import { linearModel, PIXELS, SIZE, D } from './onnx-testing.ts';

/** People who differ in a pattern of red; blue is noise. */
function redPeople(): Dataset {
  const rng = new Rng(3, 'red');
  const people = 40;
  const patterns = Array.from({ length: people }, () => rng.normals(SIZE * SIZE));
  const images = new Uint8Array(2 * people * PIXELS);
  for (let i = 0; i < images.length; i++) {
    const image = Math.floor(i / PIXELS);
    const pixel = Math.floor((i % PIXELS) / 3);
    const signal = i % 3 === 0 ? patterns[image >> 1][pixel] : rng.normal();
    images[i] = Math.max(0, Math.min(255, 127.5 + 30 * signal + 15 * rng.normal()));
  }
  const count = 2 * people;
  const folds = contiguousFolds(count, 10);
  const pairs = Array.from({ length: count }, (_, i): Pair => {
    const a = i & ~1;
    return { a, b: i % 2 ? a + 1 : (a + 2) % count, same: i % 2 === 1, fold: folds[i] };
  });
  const folder = mkdtempSync(join(tmpdir(), 'id3-probe-'));
  const options = {
    kind: 'imported',
    spec: 1,
    height: SIZE,
    width: SIZE,
    count,
    imagesPerShard: count,
  } as const;
  const writer = DatasetWriter.open(folder, options);
  writer.writeShard(0, { images, records: Array.from({ length: count }, (_, i) => ({ label: i >> 1 })) });
  writer.finish({ pairs });
  return openDataset(folder);
}

describe('the probe of a convention', () => {
  // A recogniser that was trained to see the first of R, G, B alone.
  const rng = new Rng(4, 'matrix');
  const matrix = rng.normals(PIXELS * D).map((value, k) => (k < SIZE * SIZE * D ? value : 0));
  const open = (channels: 'RGB' | 'BGR') =>
    openOnnxRecogniser(linearModel({ matrix, batch: 1 }), { channels }, { threads: 1 });
  it('warns where the colours are declared the wrong way round, and only there', async () => {
    const benchmark = redPeople();
    const right = await probeConvention(await open('RGB'), benchmark);
    expect(right.warning).toBeUndefined();
    expect(right.declared.auc).toBeGreaterThan(0.9);
    const wrong = await probeConvention(await open('BGR'), benchmark);
    expect(wrong.warning).toMatch(/likely wrong.*RGB/);
    expect(wrong.declared.auc).toBeLessThan(0.7);
  });
});
