import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RecordWriter, packImageRecord } from '@id3/formats';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { describeReport, importImages, openDataset, openImageSource } from '../index.ts';
import { freshFolder } from '@id3/formats/testing';
import { answers, imported, paths, pictureOf, size } from '../testing.ts';

const stopped = new Error('stopped');

describe('bad pictures', () => {
  /** Twelve people with two pictures each; bad are both of person 3, one of person 0 and the last of all. */
  const bad = [1, 6, 7, 23];
  const people = (): string => {
    const folder = freshFolder();
    paths.forEach((path, i) => {
      const person = join(folder, `p${String(i >> 1).padStart(2, '0')}`);
      mkdirSync(person, { recursive: true });
      const content = bad.includes(i) ? 'no picture' : readFileSync(path);
      writeFileSync(join(person, `${i % 2}.png`), content);
    });
    return folder;
  };
  const good = Array.from({ length: 24 }, (_, i) => i).filter((i) => !bad.includes(i));
  const options = { size, imagesPerShard: 5 };
  const check = (folder: string) => {
    const dataset = openDataset(folder);
    expect(dataset.count).toBe(good.length);
    expect(good.map((_, k) => pictureOf(dataset, k))).toEqual(good);
    // Person 3 is nobody's label.
    expect(Array.from(dataset.labels)).toEqual(good.map((i) => (i >> 1) - (i > 7 ? 1 : 0)));
    expect(dataset.identities).toBe(11);
  };
  it('are left out, counted and named, also where the import was stopped in between', async () => {
    const from = people();
    const source = () => openImageSource('image-folder', from);
    for (const stopAt of [Infinity, 5, 10, 20]) {
      const folder = join(freshFolder(), 'dataset');
      const onImages = (done: number) => {
        if (done >= stopAt) throw stopped;
      };
      const first = importImages(source(), folder, { ...options, onImages });
      if (stopAt < Infinity) await expect(first).rejects.toBe(stopped);
      else await first;
      const report = await importImages(source(), folder, options);
      check(folder);
      expect(report.unreadable.map(({ path }) => path)).toEqual(
        bad.map((i) => join(from, `p${String(i >> 1).padStart(2, '0')}`, `${i % 2}.png`)),
      );
      expect(describeReport(report)).toEqual([
        expect.stringMatching(/^4 left out, for they cannot be read, such as .*p00\/1\.png/),
      ]);
    }
  });
  it('stop the import by --bad=skip left aside, or where all are', async () => {
    const folder = join(freshFolder(), 'dataset');
    await expect(
      importImages(openImageSource('image-folder', people()), folder, { ...options, bad: 'stop' }),
    ).rejects.toThrow(/cannot be read as a picture .* or have such left out by --bad=skip/);
    const nothing = freshFolder();
    writeFileSync(join(nothing, 'x.jpg'), 'no picture');
    await expect(imported('unlabelled', nothing)).rejects.toThrow(
      /^None of the \d+ pictures of .* can be read \(.*x\.jpg: /,
    );
  });
  it('stop a benchmark, or cost it their pairs', async () => {
    const folder = freshFolder();
    for (let i = 0; i < 20; i++)
      writeFileSync(join(folder, `${i}.png`), i === 12 ? 'no picture' : readFileSync(paths[i]));
    const list = join(freshFolder(), 'list.txt');
    writeFileSync(list, Array.from({ length: 10 }, (_, i) => `${i}.png ${i + 10}.png ${i % 2}\n`).join(''));
    const source = () => openImageSource('agedb-30', folder, list);
    await expect(importImages(source(), join(freshFolder(), 'd'), options)).rejects.toThrow(
      /12\.png cannot be/,
    );
    const out = join(freshFolder(), 'd');
    const report = await importImages(source(), out, { ...options, bad: 'skip' });
    expect(report.pairsLost).toBe(1);
    expect(describeReport(report)[1]).toMatch(/^1 pairs are left out with them: this is not the whole/);
    expect(answers(openDataset(out))).toEqual(
      [0, 1, 3, 4, 5, 6, 7, 8, 9].map((i) => [i, i + 10, i % 2 === 1, i]),
    );
  });
  it('of a RecordIO are left out: damaged, cut off, empty, without a label', async () => {
    const folder = freshFolder();
    const writer = new RecordWriter(join(folder, 'train.rec'));
    const index = paths.slice(0, 6).map((path, i) => {
      const image = i === 1 ? Buffer.of() : readFileSync(path);
      return `${i}\t${writer.append(packImageRecord(i === 3 ? 1.5 : i, i, image))}\n`;
    });
    writer.close();
    writeFileSync(join(folder, 'train.idx'), index.join(''));
    const bytes = readFileSync(join(folder, 'train.rec'));
    bytes[Number(index[2].split('\t')[1])] ^= 1;
    writeFileSync(join(folder, 'train.rec'), bytes.subarray(0, -8));
    const out = join(freshFolder(), 'dataset');
    const report = await importImages(openImageSource('recordio', folder), out, options);
    expect(report.unreadable.map(({ path }) => Number(/record (\d+)/.exec(path)![1]))).toEqual([1, 2, 3, 5]);
    expect(report.unreadable[3].why).toMatch(/^it is truncated: \d+ bytes are announced where \d+ follow$/);
    const dataset = openDataset(out);
    expect([0, 1].map((i) => pictureOf(dataset, i))).toEqual([0, 4]);
    expect(Array.from(dataset.labels)).toEqual([0, 1]);
    await expect(
      importImages(openImageSource('recordio', folder), join(freshFolder(), 'd'), {
        ...options,
        bad: 'stop',
      }),
    ).rejects.toThrow(/record 1 cannot be read \(it has no image\)/);
  });
  it('of a RecordIO without index are those that are whole; it says what is lost', async () => {
    const folder = freshFolder();
    const writer = new RecordWriter(join(folder, 'train.rec'));
    writer.append(packImageRecord([5, 7], 0));
    const offsets = [0, 1, 2, 3].map((i) => writer.append(packImageRecord(i, i + 1, readFileSync(paths[i]))));
    writer.close();
    const bytes = readFileSync(join(folder, 'train.rec'));
    writeFileSync(join(folder, 'train.rec'), bytes.subarray(0, offsets[2] + 50));
    const out = join(freshFolder(), 'dataset');
    const source = () => openImageSource('recordio', folder);
    const report = await importImages(source(), out, options);
    expect([0, 1].map((i) => pictureOf(openDataset(out), i))).toEqual([0, 1]);
    expect(describeReport(report)).toEqual([
      expect.stringMatching(
        /^1 left out, for they cannot be read, such as .*train\.rec, byte \d+ \(it is truncated: \d+ bytes are announced where \d+ follow\)\.$/,
      ),
      expect.stringMatching(/train\.rec announces 4 images and has 2; get the file again to have all\.$/),
    ]);
    const stopped = importImages(source(), join(freshFolder(), 'd'), { ...options, bad: 'stop' });
    await expect(stopped).rejects.toThrow(/byte \d+ cannot be read \(it is truncated/);
  });
});

describe('a JPEG', () => {
  const flat = (side: number) =>
    sharp({
      create: { width: side, height: side, channels: 3, background: '#405060' },
      limitInputPixels: false,
    })
      .jpeg()
      .toBuffer();
  it('that the decoder warns of is taken and counted; one that is cut off is not', async () => {
    const folder = freshFolder();
    const jpeg = await flat(64);
    // The last parameters of the scan's header, Se and AhAl, are fixed in a sequential JPEG; libjpeg warns of others.
    const scan = jpeg.indexOf(Buffer.of(0xff, 0xda));
    const odd = Buffer.from(jpeg);
    odd[scan + 2 + jpeg.readUInt16BE(scan + 2) - 2] = 0;
    writeFileSync(join(folder, 'a.jpg'), jpeg);
    writeFileSync(join(folder, 'b.jpg'), odd);
    writeFileSync(join(folder, 'c.jpg'), jpeg.subarray(0, scan + 20));
    const out = join(freshFolder(), 'dataset');
    const report = await importImages(openImageSource('unlabelled', folder), out, { size });
    expect(report.warned.map(({ path }) => path)).toEqual([join(folder, 'b.jpg')]);
    expect(report.unreadable.map(({ path }) => path)).toEqual([join(folder, 'c.jpg')]);
    expect(openDataset(out).image(1)).toEqual(openDataset(out).image(0));
  });
  it('of more pixels than are decoded is shrunk while it is loaded', async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, 'large.jpg'), await flat(8200));
    const dataset = await imported('unlabelled', folder);
    expect(Array.from(dataset.image(0).subarray(0, 3))).toEqual([0x40, 0x50, 0x60]);
  });
});
