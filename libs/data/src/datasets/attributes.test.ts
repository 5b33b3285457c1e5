import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DatasetWriter, manifestHash, openDataset, writeAttributes } from '../index.ts';

it('predicted attributes fill what records lack, say who predicted them, and can be replaced', () => {
  const folder = mkdtempSync(join(tmpdir(), 'id3-attributes-'));
  const options = { kind: 'imported', spec: 1, height: 1, width: 1, count: 2, imagesPerShard: 2 } as const;
  const writer = DatasetWriter.open(folder, options);
  writer.writeShard(0, { images: new Uint8Array(6), records: [{ label: 0, age: 30 }, { label: 1 }] });
  writer.finish();
  const before = manifestHash(folder);
  writeAttributes(folder, 'one', [
    { age: 50, yaw: 1 },
    { age: 60, yaw: 2 },
  ]);
  expect(openDataset(folder).record(0)).toEqual({ label: 0, age: 30, yaw: 1, predictor: 'one' });
  expect(openDataset(folder).record(1)).toEqual({ label: 1, age: 60, yaw: 2, predictor: 'one' });
  expect(manifestHash(folder)).not.toBe(before);
  writeAttributes(folder, 'two', [{ yaw: 3 }, { yaw: 4 }]);
  expect(openDataset(folder).record(1)).toEqual({ label: 1, yaw: 4, predictor: 'two' });
  expect(readdirSync(folder).filter((name) => name.startsWith('attributes'))).toHaveLength(1);
  expect(() => writeAttributes(folder, 'three', [])).toThrow(/2 images/);
});
