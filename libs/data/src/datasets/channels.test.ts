import { mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  DatasetWriter,
  NO_AUGMENTATION,
  batches,
  exportImageFolder,
  greyOf,
  imagesToFloat,
  openDataset,
  rgbOf,
  withChannels,
  type Channels,
} from '../index.ts';
import { readImages } from './browse.ts';

const [height, width, count] = [2, 3, 4];

/** A dataset whose image i has the values 10·i, 10·i + 1, … */
function made(channels: Channels) {
  const folder = join(mkdtempSync(join(tmpdir(), 'id3-channels-')), 'set');
  const options = { kind: 'imported', spec: 1, height, width, channels, count, imagesPerShard: 2 } as const;
  const writer = DatasetWriter.open(folder, options);
  const size = height * width * channels;
  for (const k of [0, 1])
    writer.writeShard(k, {
      images: Uint8Array.from(
        { length: 2 * size },
        (_, b) => 10 * (2 * k + Math.floor(b / size)) + (b % size),
      ),
      records: [0, 1].map((b) => ({ label: 2 * k + b, age: 30, yaw: 5 })),
    });
  writer.finish();
  return openDataset(folder);
}

describe('the grey level', () => {
  it('of the primary colours is that of every JPEG encoder, and of grey itself', () => {
    const primaries = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0, 255, 255, 255];
    expect(Array.from(greyOf(Uint8Array.from(primaries)))).toEqual([76, 150, 29, 226, 255]);
    const levels = Uint8Array.from({ length: 256 }, (_, v) => v);
    expect(greyOf(rgbOf(levels))).toEqual(levels);
  });
});

describe('a dataset of grey images', () => {
  it('has one byte a pixel, and its manifest says so; of RGB it says nothing', () => {
    const dataset = made(1);
    expect([dataset.channels, dataset.manifest.channels]).toEqual([1, 1]);
    expect([...dataset.image(3)]).toEqual([30, 31, 32, 33, 34, 35]);
    const colour = made(3);
    expect(colour.channels).toBe(3);
    expect(readFileSync(join(colour.folder, 'manifest.json'), 'utf8')).not.toContain('channels');
  });

  it('gives batches of one channel, mirrored by columns', async () => {
    const dataset = made(1);
    const augment = { ...NO_AUGMENTATION, flip: true };
    const seen = new Set<boolean>();
    for await (const { images, indices, yaw } of batches(dataset, {
      batchSize: 2,
      seed: 1,
      augment,
      steps: 12,
    })) {
      expect(images).toHaveLength(2 * height * width);
      indices.forEach((i, b) => {
        const mirrored = yaw[b] < 0;
        seen.add(mirrored);
        const levels = mirrored ? [2, 1, 0, 5, 4, 3] : [0, 1, 2, 3, 4, 5];
        levels.forEach((level, k) =>
          expect(images[b * 6 + k]).toBe(Math.fround((10 * i + level) / 127.5 - 1)),
        );
      });
    }
    expect(seen.size).toBe(2);
  });

  it('is shown and written as grey', async () => {
    const dataset = made(1);
    const rgb = [20, 20, 20, 21, 21, 21, 22, 22, 22, 23, 23, 23, 24, 24, 24, 25, 25, 25];
    expect(readImages(dataset.folder, [2]).map((pixels) => [...pixels])).toEqual([rgb]);
    const out = mkdtempSync(join(tmpdir(), 'id3-channels-'));
    await exportImageFolder(dataset, join(out, 'export'));
    const [file] = readdirSync(join(out, 'export', 'person-000002'));
    const decoded = sharp(join(out, 'export', 'person-000002', file))
      .toColourspace('srgb')
      .raw();
    expect([...(await decoded.toBuffer())]).toEqual(rgb);
  });
});

it('images change their channels both ways', () => {
  const [grey, colour] = [made(1), made(3)];
  expect(withChannels(grey, 1)).toBe(grey);
  const wide = withChannels(grey, 3);
  expect([...wide.image(0)].slice(0, 6)).toEqual([0, 0, 0, 1, 1, 1]);
  expect(imagesToFloat(wide, [0, 1])).toHaveLength(2 * 18);
  // 0.587 + 0.114·2 above red, in steps of three.
  expect([...withChannels(colour, 1).image(1)]).toEqual([11, 14, 17, 20, 23, 26]);
});
