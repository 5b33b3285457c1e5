import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatasetWriter, openDataset } from '@id3/data';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { STAGE_CONTEXT } from '../fixtures/stage-context.ts';
import { mixRealStage } from './mix-real.ts';

const SIZE = 4;
let root: string;
beforeAll(() => void (root = mkdtempSync(join(tmpdir(), 'id3-mix-'))));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** People in blocks of `shots` images; every pixel of image i is `first + i`. */
function dataset(name: string, people: number, shots: number, first: number) {
  const folder = join(root, name);
  const count = people * shots;
  const writer = DatasetWriter.open(folder, {
    kind: 'generated',
    spec: { name },
    height: SIZE,
    width: SIZE,
    count,
    imagesPerShard: count,
  });
  writer.writeShard(0, {
    images: Uint8Array.from(
      { length: count * SIZE * SIZE * 3 },
      (_, k) => first + Math.floor(k / (SIZE * SIZE * 3)),
    ),
    records: Array.from({ length: count }, (_, i) => ({ label: Math.floor(i / shots), age: i })),
  });
  writer.finish();
  return openDataset(folder);
}

it.each([
  [0, [100, 101, 102, 103, 104, 105, 106, 107]],
  [1, [0, 1, 100, 101, 102, 103, 104, 105]],
  [4, [0, 1, 3, 4, 6, 7, 9, 10]],
])('takes %s people of the pool and the others generated, two images of each', async (realPeople, pixels) => {
  const [real, generated] = [
    dataset(`real-${realPeople}`, 5, 3, 0),
    dataset(`fake-${realPeople}`, 4, 2, 100),
  ];
  const folder = join(root, `mix-${realPeople}`);
  await mixRealStage.run({
    inputs: { size: SIZE, identities: 4, imagesPerIdentity: 2, realPeople },
    needs: { real, generated },
    folder,
    ...STAGE_CONTEXT,
  });
  const mix = openDataset(folder);
  const images = Array.from({ length: mix.count }, (_, i) => i);
  expect(images.map((i) => mix.image(i)[0])).toEqual(pixels);
  expect(images.map((i) => mix.record(i).label)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  expect(images.map((i) => mix.record(i).age)).toEqual(pixels.map((pixel) => pixel % 100));
});
