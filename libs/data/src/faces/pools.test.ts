import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  FaceRenderer,
  openDataset,
  poolItem,
  poolSpecSchema,
  poolWriter,
  renderItems,
  renderPool,
} from '../index.ts';

const fresh = () => mkdtempSync(join(tmpdir(), 'id3-data-'));
const spec = poolSpecSchema.parse({
  pool: 'train',
  seed: 1,
  people: 90,
  shotsPerPerson: 6,
  size: 16,
  prior: 'wild',
});

describe('a pool on disk', () => {
  it('holds the same bytes whoever renders which shards', async () => {
    const [alone, shared] = [fresh(), fresh()];
    const progress: number[] = [];
    await renderPool(alone, spec, { onProgress: (images) => progress.push(images) });
    expect(progress).toEqual([512, 28]);
    await renderPool(shared, spec, { shards: (k) => k === 1 });
    expect(() => openDataset(shared)).toThrow(/not a finished dataset/);
    expect(poolWriter(shared, spec).hasShard(0)).toBe(false);
    await renderPool(shared, spec, { shards: (k) => k === 0 });
    for (const file of ['manifest.json', 'shard-00000.rgb', 'shard-00001.rgb', 'shard-00001.json']) {
      expect(readFileSync(join(shared, file)).equals(readFileSync(join(alone, file)))).toBe(true);
    }
    const dataset = openDataset(alone);
    expect([dataset.count, dataset.identities, dataset.width]).toEqual([540, 90, 16]);
    expect(Array.from(dataset.labels)).toEqual(Array.from({ length: 540 }, (_, i) => Math.floor(i / 6)));
    const item = poolItem(spec, 88, 4);
    const { images, records } = renderItems(await FaceRenderer.load(), spec, [item]);
    expect(dataset.record(88 * 6 + 4)).toEqual(records[0]);
    expect(records[0].yaw).toBeCloseTo(item.shot.yaw, 1);
    expect(Array.from(dataset.image(88 * 6 + 4))).toEqual(Array.from(images));
  });
  it('accepts a prior by name or by its options, and no other field', () => {
    expect(poolSpecSchema.parse({ ...spec, prior: { yawRange: [0, 10] } }).prior.yawRange).toEqual([0, 10]);
    expect(poolSpecSchema.safeParse({ ...spec, prior: 'wilder' }).success).toBe(false);
    expect(poolSpecSchema.safeParse({ ...spec, persons: 3 }).success).toBe(false);
  });
});
