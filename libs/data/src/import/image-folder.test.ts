import { copyFileSync, mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Rng, UserError } from '@id3/core';
import { exportImageFolder, imageFolderSource, importImageFolder, openDataset } from '../index.ts';

const fresh = () => mkdtempSync(join(tmpdir(), 'id3-data-'));
const size = 8;

async function pictures(folder: string): Promise<void> {
  for (const [i, path] of ['bob/1.png', 'alice/2.png', 'alice/1.png', 'carol/x.png'].entries()) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    const rgb = Uint8Array.from({ length: size * size * 3 }, (_, k) => new Rng(i, k).int(256));
    await sharp(rgb, { raw: { width: size, height: size, channels: 3 } }).toFile(join(folder, path));
  }
  writeFileSync(join(folder, 'bob', 'notes.txt'), 'no picture');
}

describe('an ImageFolder', () => {
  it('comes back from import, export and import with the same pixels and people', async () => {
    const [source, first, exported, second] = [fresh(), fresh(), fresh(), fresh()];
    await pictures(source);
    await importImageFolder(source, first, { size, imagesPerShard: 3 });
    const a = openDataset(first);
    expect(Array.from(a.labels)).toEqual([0, 0, 1, 2]);
    expect(a.record(2)).toMatchObject({ person: 'bob', file: '1.png' });
    await exportImageFolder(a, exported);
    await importImageFolder(exported, second, { size });
    const b = openDataset(second);
    expect(Array.from(b.labels)).toEqual(Array.from(a.labels));
    for (let i = 0; i < 4; i++) expect(Array.from(b.image(i))).toEqual(Array.from(a.image(i)));
    const expected = Uint8Array.from({ length: size * size * 3 }, (_, k) => new Rng(0, k).int(256));
    expect(Array.from(a.image(2))).toEqual(Array.from(expected));
  });
  it('scales pictures of another shape, and reads grey ones', async () => {
    const [source, folder] = [fresh(), fresh()];
    mkdirSync(join(source, 'dan'));
    const grey = { create: { width: 20, height: 30, channels: 3, background: '#808080' } } as const;
    await sharp(grey)
      .toColourspace('b-w')
      .toFile(join(source, 'dan', 'grey.png'));
    await importImageFolder(source, folder, { size });
    const dataset = openDataset(folder);
    expect(Array.from(new Set(dataset.image(0)))).toEqual([128]);
    expect(dataset.image(0).length).toBe(size * size * 3);
  });
  it('refuses what is no ImageFolder', async () => {
    const source = fresh();
    await expect(importImageFolder(join(source, 'nowhere'), fresh(), { size })).rejects.toThrow(UserError);
    await expect(importImageFolder(source, fresh(), { size })).rejects.toThrow(/holds no pictures; it/);
    writeFileSync(join(source, 'a.bmp'), '');
    await expect(importImageFolder(source, fresh(), { size })).rejects.toThrow(
      /holds no pictures but 1 others, such as a\.bmp \(no suffix of a picture that can be read\); it must have/,
    );
    writeFileSync(join(source, 'a.png'), '');
    await expect(importImageFolder(source, fresh(), { size })).rejects.toThrow(
      /has its 1 pictures in no folder of a person; put them in one each, or give --format=unlabelled/,
    );
  });
  it('merges NFC and NFD names of one person, and says what it did not take', async () => {
    const source = fresh();
    await pictures(source);
    for (const name of ['Jos\u00e9', 'Jose\u0301']) {
      mkdirSync(join(source, name));
      copyFileSync(join(source, 'bob/1.png'), join(source, name, `${name}.png`));
    }
    copyFileSync(join(source, 'bob/1.png'), join(source, 'loose.png'));
    const { count, record, passed } = imageFolderSource(source);
    const people = Array.from({ length: count }, (_, i) => record(i).person);
    expect(new Set(people)).toEqual(new Set(['alice', 'bob', 'carol', 'Jos\u00e9']));
    expect(people.filter((person) => person === 'Jos\u00e9')).toHaveLength(2);
    expect(passed).toEqual([
      { path: 'bob/notes.txt', why: 'no suffix of a picture that can be read' },
      { path: 'loose.png', why: 'in no folder of a person' },
    ]);
  });
  it('is upright as EXIF says', async () => {
    const [source, folder] = [fresh(), fresh()];
    mkdirSync(join(source, 'a'));
    const upright = Uint8Array.from({ length: size * size * 3 }, (_, k) => new Rng(0, k).int(256));
    const raw = { width: size, height: size, channels: 3 } as const;
    const turned = await sharp(upright, { raw }).rotate(-90).raw().toBuffer();
    // 6: turn it by 90° clockwise.
    await sharp(turned, { raw })
      .withMetadata({ orientation: 6 })
      .toFile(join(source, 'a', '1.png'));
    await importImageFolder(source, folder, { size });
    expect(Array.from(openDataset(folder).image(0))).toEqual(Array.from(upright));
  });
});
