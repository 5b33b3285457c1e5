import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { UserError } from '@id3/core';
import sharp from 'sharp';
import { extract } from 'tar-stream';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  DatasetWriter,
  exportImageFolder,
  exportRecordSet,
  exportWebDataset,
  importImages,
  openDataset,
  openImageSource,
  type Dataset,
} from '../index.ts';
import { freshFolder, hasPython, pixelsOf, python } from '@id3/formats/testing';

const size = 8;
const labels = [2, 0, 1, 0, 2, 2, 1];
/** Image indices person by person, as RecordIO keeps them. */
const byPerson = [1, 3, 2, 6, 0, 4, 5];
let dataset: Dataset;
beforeAll(() => {
  const folder = freshFolder();
  const options = {
    kind: 'generated',
    spec: {},
    height: size,
    width: size,
    count: 7,
    imagesPerShard: 3,
  } as const;
  const writer = DatasetWriter.open(folder, options);
  for (let k = 0; k < writer.shards; k++) {
    const [from, to] = writer.shardRange(k);
    const indices = Array.from({ length: to - from }, (_, b) => from + b);
    writer.writeShard(k, {
      images: Buffer.concat(indices.map((i) => pixelsOf(i, size))),
      records: indices.map((i) => ({ label: labels[i], age: 20 + i })),
    });
  }
  writer.finish();
  dataset = openDataset(folder);
});

async function reimported(format: 'recordio' | 'image-folder', from: string): Promise<Dataset> {
  const folder = join(freshFolder(), 'dataset');
  await importImages(openImageSource(format, from), folder, { size });
  return openDataset(folder);
}

describe('RecordIO', () => {
  it('comes back with the same pixels and people, person by person', async () => {
    const folder = freshFolder();
    await exportRecordSet(dataset, folder);
    expect(readFileSync(join(folder, 'property'), 'utf8').trim()).toBe('3,8,8');
    expect(readFileSync(join(folder, 'train.lst'), 'utf8').split('\n')[0]).toBe('1\tperson-000000/1.png\t0');
    expect(existsSync(join(folder, 'train.rec.unfinished'))).toBe(false);
    const back = await reimported('recordio', folder);
    byPerson.forEach((i, k) => {
      expect(back.image(k)).toEqual(dataset.image(i));
      expect(back.labels[k]).toBe(labels[i]);
    });
  });
  it.runIf(hasPython)('is read as arcface_torch reads it', async () => {
    const folder = freshFolder();
    await exportRecordSet(dataset, folder);
    const lines = python('read_recordio.py', [folder]).trim().split('\n');
    const expected = await Promise.all(
      byPerson.map(async (i) => {
        const raw = { width: size, height: size, channels: 3 } as const;
        const png = await sharp(dataset.image(i), { raw }).png().toBuffer();
        return `${labels[i]} ${createHash('sha256').update(png).digest('hex')}`;
      }),
    );
    expect(lines).toEqual([...expected, 'person 1 3', 'person 3 5', 'person 5 8']);
  });
  it('may hold JPEG, near the same pixels', async () => {
    const folder = freshFolder();
    await exportRecordSet(dataset, folder, { encoding: 'jpeg', quality: 100 });
    const back = await reimported('recordio', folder);
    const error = byPerson.map(
      (i, k) => back.image(k).reduce((sum, value, p) => sum + Math.abs(value - dataset.image(i)[p]), 0) / 192,
    );
    for (const mean of error) expect(mean).toBeLessThan(2);
    expect(Math.max(...error)).toBeGreaterThan(0);
  });
});

describe('an image folder', () => {
  it('comes back with the same pixels and people', async () => {
    const folder = freshFolder();
    await exportImageFolder(dataset, folder);
    const back = await reimported('image-folder', folder);
    byPerson.forEach((i, k) => {
      expect(back.image(k)).toEqual(dataset.image(i));
      expect(back.labels[k]).toBe(labels[i]);
    });
  });
});

describe('WebDataset', () => {
  it('has a picture, a label and a record for each sample, in tar files of a size', async () => {
    const folder = freshFolder();
    await exportWebDataset(dataset, folder, { imagesPerTar: 4 });
    const tars = readdirSync(folder).filter((name) => !name.startsWith('.'));
    expect(tars.sort()).toEqual(['000000.tar', '000001.tar']);
    const files = new Map<string, Buffer>();
    for (const name of tars) {
      const entries = createReadStream(join(folder, name)).pipe(extract());
      for await (const entry of entries) {
        const chunks: Buffer[] = [];
        for await (const chunk of entry) chunks.push(chunk as Buffer);
        files.set(entry.header.name, Buffer.concat(chunks));
      }
    }
    expect(files.size).toBe(21);
    for (let i = 0; i < 7; i++) {
      const sample = String(i).padStart(9, '0');
      const pixels = await sharp(files.get(`${sample}.png`))
        .raw()
        .toBuffer();
      expect(new Uint8Array(pixels)).toEqual(dataset.image(i));
      expect(files.get(`${sample}.cls`)!.toString()).toBe(String(labels[i]));
      expect(JSON.parse(files.get(`${sample}.json`)!.toString())).toEqual(dataset.record(i));
    }
  });
  it.runIf(hasPython)("is read by Python's tarfile, samples together", async () => {
    const folder = freshFolder();
    await exportWebDataset(dataset, folder);
    const script = 'import sys, tarfile; print(*tarfile.open(sys.argv[1]).getnames())';
    const names = execFileSync('python3', ['-c', script, join(folder, '000000.tar')], { encoding: 'utf8' });
    expect(names.trim().split(' ').slice(0, 6)).toEqual(
      ['0.png', '0.cls', '0.json', '1.png', '1.cls', '1.json'].map((name) => `00000000${name}`),
    );
  });
  it('says where the disk refuses', async () => {
    const file = join(freshFolder(), 'file');
    writeFileSync(file, '');
    await expect(exportWebDataset(dataset, join(file, 'out'))).rejects.toThrow(UserError);
  });
  it.skipIf(!existsSync('/dev/full'))('says where the disk is full, and can be run again', async () => {
    const folder = freshFolder();
    const tar = join(folder, '000000.tar');
    symlinkSync('/dev/full', `${tar}.unfinished`);
    await expect(exportWebDataset(dataset, folder)).rejects.toThrow(
      /^The disk is full: .*000000\.tar could not/,
    );
    rmSync(`${tar}.unfinished`);
    await exportWebDataset(dataset, folder);
    expect(existsSync(tar)).toBe(true);
  });
});

describe('a folder that is not empty', () => {
  const formats = [
    ['image-folder', exportImageFolder],
    ['recordio', exportRecordSet],
    ['webdataset', exportWebDataset],
  ] as const;
  it.each(formats)(
    'is refused, replaced if so wanted, and taken again for the same (%s)',
    async (_, write) => {
      const folder = freshFolder();
      await write(dataset, folder, { encoding: 'jpeg', quality: 80 });
      const times = readdirSync(folder, { recursive: true });
      await expect(write(dataset, folder)).rejects.toThrow(/holds another export; .*--overwrite/);
      expect(readdirSync(folder, { recursive: true })).toEqual(times);
      await write(dataset, folder, { encoding: 'jpeg', quality: 80 });
      await write(dataset, folder, { overwrite: true });
      const fresh = freshFolder();
      await write(dataset, fresh);
      expect(readdirSync(folder, { recursive: true }).sort()).toEqual(
        readdirSync(fresh, { recursive: true }).sort(),
      );
    },
  );
  it.each(formats)('loses nothing that no export wrote (%s)', async (_, write) => {
    const folder = freshFolder();
    writeFileSync(join(folder, 'thesis.tex'), 'mine');
    await expect(write(dataset, folder, { overwrite: true })).rejects.toThrow(
      /holds thesis\.tex, which no export/,
    );
    expect(readdirSync(folder)).toEqual(['thesis.tex']);
  });
});
