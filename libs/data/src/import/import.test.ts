import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '@id3/core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { detectFormat, importImages, openDataset, openImageSource } from '../index.ts';
import { freshFolder, pixelsOf } from '@id3/formats/testing';
import { imported, paths, pictureOf, pictures, size } from '../testing.ts';

const stopped = new Error('stopped');

describe('pictures of nobody known', () => {
  it('are each a person of their own, from folders of any depth', async () => {
    const folder = freshFolder();
    mkdirSync(join(folder, 'a/b'), { recursive: true });
    writeFileSync(join(folder, 'a/b/x.png'), readFileSync(paths[3]));
    writeFileSync(join(folder, 'y.png'), readFileSync(paths[4]));
    const dataset = await imported('unlabelled', folder);
    expect([0, 1].map((i) => pictureOf(dataset, i))).toEqual([3, 4]);
    expect(Array.from(dataset.labels)).toEqual([0, 1]);
  });
});

describe('an import', () => {
  const source = () => openImageSource('unlabelled', pictures);
  it('continues where it was stopped, and leaves a finished dataset alone', async () => {
    const folder = join(freshFolder(), 'dataset');
    const options = { size, imagesPerShard: 5 };
    const stopping = importImages(source(), folder, {
      ...options,
      onImages: (done) => {
        if (done >= 10) throw stopped;
      },
    });
    await expect(stopping).rejects.toBe(stopped);
    const times = () => readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mtimeMs]);
    const before = times();
    const progress: number[] = [];
    await importImages(source(), folder, { ...options, onImages: (done) => progress.push(done) });
    expect(progress).toEqual([5, 10, 15, 20, 24]);
    const after = times();
    for (const file of before.filter(([name]) => String(name).startsWith('shard')))
      expect(after).toContainEqual(file);
    const whole = openDataset(folder);
    for (let i = 0; i < 24; i++)
      expect(whole.image(i)).toEqual(pixelsOf(Number(String(whole.record(i).file).slice(0, -4)), size));
    await importImages(source(), folder, options);
    expect(times()).toEqual(after);
    await expect(importImages(source(), folder, { ...options, size: 4 })).rejects.toThrow(
      /holds another dataset/,
    );
  });
  it('does not continue one of other files', async () => {
    const folder = join(freshFolder(), 'dataset');
    const options = {
      imagesPerShard: 5,
      onImages: () => {
        throw stopped;
      },
    };
    await expect(importImages(source(), folder, { ...options, size })).rejects.toBe(stopped);
    await expect(importImages(source(), folder, { ...options, size: 4 })).rejects.toThrow(
      /unfinished import of other files/,
    );
  });
  it('cannot tell a format from pictures alone, nor from nothing', () => {
    expect(() => detectFormat(pictures)).toThrow(UserError);
    expect(() => detectFormat(join(pictures, 'nowhere'))).toThrow(/does not exist/);
  });
});

it('reads a picture of every suffix that is taken', async () => {
  const folder = freshFolder();
  const picture = sharp({ create: { width: 16, height: 16, channels: 3, background: '#c86432' } });
  const formats = {
    png: ['png'],
    jpeg: ['jpg', 'JPEG', 'jpe', 'jfif'],
    webp: ['webp'],
    tiff: ['tif', 'TIFF'],
    gif: ['gif'],
    avif: ['avif'],
  };
  for (const [format, suffixes] of Object.entries(formats)) {
    const encoded = await picture
      .clone()
      .toFormat(format as keyof typeof formats)
      .toBuffer();
    for (const suffix of suffixes) writeFileSync(join(folder, `${suffix}.${suffix}`), encoded);
  }
  const raw = await picture.clone().raw().toBuffer();
  for (const suffix of ['ppm', 'pnm'])
    writeFileSync(join(folder, `${suffix}.${suffix}`), Buffer.concat([Buffer.from('P6 16 16 255\n'), raw]));
  writeFileSync(
    join(folder, 'pgm.pgm'),
    Buffer.concat([Buffer.from('P5 16 16 255\n'), Buffer.alloc(256, 200)]),
  );
  const dataset = await imported('unlabelled', folder);
  expect(dataset.count).toBe(13);
  for (let i = 0; i < dataset.count; i++) {
    const wanted = dataset.record(i).file === 'pgm.pgm' ? [200, 200, 200] : [200, 100, 50];
    const pixel = Array.from(dataset.image(i).subarray(0, 3));
    pixel.forEach((value, c) =>
      expect(Math.abs(value - wanted[c]), String(dataset.record(i).file)).toBeLessThan(9),
    );
  }
});
