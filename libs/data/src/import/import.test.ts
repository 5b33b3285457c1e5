import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '@id3/core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  detectFormat,
  importImages,
  openDataset,
  openImageSource,
  type Dataset,
  type ImportFormat,
} from '../index.ts';
import { freshFolder, hasPython, pixelsOf, python, writePicture } from '@id3/formats/testing';

const size = 8;
const pictures = freshFolder();
let paths: string[];
beforeAll(async () => {
  paths = await Promise.all(Array.from({ length: 24 }, (_, i) => writePicture(pictures, i, size)));
});

async function imported(format: ImportFormat, from: string, pairs?: string): Promise<Dataset> {
  const folder = join(freshFolder(), 'dataset');
  await importImages(openImageSource(format, from, pairs), folder, { size, imagesPerShard: 5 });
  return openDataset(folder);
}
/** Which picture an image of a dataset is. */
const pictureOf = (dataset: Dataset, i: number): number =>
  paths.findIndex((_, k) => Buffer.compare(dataset.image(i), pixelsOf(k, size)) === 0);
const answers = (dataset: Dataset) =>
  dataset.pairs!.map(({ a, b, same, fold }) => [pictureOf(dataset, a), pictureOf(dataset, b), same, fold]);

describe.runIf(hasPython)("InsightFace's files", () => {
  it('.bin: ten folds in file order, a picture kept once, labels as far as pairs tell', async () => {
    const path = join(freshFolder(), 'lfw.bin');
    // Pairs (0,1) (1,2) same, then (0,3) … different.
    const order = [0, 1, 1, 2, ...Array.from({ length: 8 }, (_, k) => [0, 3 + k]).flat()];
    python('write_bin.py', [path, '4', '1100000000', ...order.map((i) => paths[i])]);
    expect(detectFormat(path)).toBe('insightface-bin');
    const dataset = await imported('insightface-bin', path);
    expect(dataset.count).toBe(11);
    expect(answers(dataset)).toEqual(
      Array.from({ length: 10 }, (_, i) => [order[2 * i], order[2 * i + 1], i < 2, i]),
    );
    expect(Array.from(dataset.labels)).toEqual([0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
  it('RecordIO: images and people; labels with gaps are counted anew', async () => {
    const folder = freshFolder();
    const labels = [5, 0, 0, 9, 5, 9, 5];
    python('write_recordio.py', [folder], labels.map((label, i) => `${label} ${paths[i]}`).join('\n'));
    expect(detectFormat(folder)).toBe('recordio');
    const dataset = await imported('recordio', folder);
    expect(labels.map((_, i) => pictureOf(dataset, i))).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(Array.from(dataset.labels)).toEqual([1, 0, 0, 2, 1, 2, 1]);
    expect(dataset.record(3)).toEqual({ label: 2, sourceLabel: 9 });
    expect([dataset.identities, dataset.pairs]).toEqual([3, undefined]);
  });
});

describe('benchmarks in their original form', () => {
  const copy = (folder: string, picture: number, ...path: string[]) => {
    mkdirSync(join(folder, ...path, '..'), { recursive: true });
    writeFileSync(join(folder, ...path), readFileSync(paths[picture]));
  };
  it('LFW: folders of people and pairs.txt', async () => {
    const folder = freshFolder();
    copy(folder, 0, 'Al', 'Al_0001.jpg');
    copy(folder, 1, 'Al', 'Al_0012.jpg');
    copy(folder, 2, 'Bo', 'Bo_0001.jpg');
    const list = join(folder, 'pairs.txt');
    writeFileSync(list, '2\t1\nAl\t1\t12\nAl\t1\tBo\t1\nAl\t12\t1\nBo\t1\tAl\t12\n');
    const dataset = await imported('lfw', folder, list);
    expect(answers(dataset)).toEqual([
      [0, 1, true, 0],
      [0, 2, false, 0],
      [1, 0, true, 1],
      [2, 1, false, 1],
    ]);
    expect(Array.from(dataset.labels)).toEqual([0, 0, 1]);
    rmSync(join(folder, 'Bo/Bo_0001.jpg'));
    await expect(imported('lfw', folder, list)).rejects.toThrow(
      /1 of the 3 pictures .* are missing, such as .*Bo_0001/,
    );
    await expect(imported('lfw', folder)).rejects.toThrow(/needs --pairs=FILE/);
  });
  it('CFP: frontal against profile, and frontal against frontal', async () => {
    const folder = freshFolder();
    for (const [k, kind] of ['frontal', 'profile'].entries())
      for (let i = 1; i <= 4; i++) copy(folder, 4 * k + i, 'Data', 'Images', kind, `${i}.jpg`);
    const list = (kind: string) => [1, 2, 3, 4].map((i) => `${i} ../Data/Images/${kind}/${i}.jpg\n`).join('');
    mkdirSync(join(folder, 'Protocol'));
    writeFileSync(join(folder, 'Protocol/Pair_list_F.txt'), list('frontal'));
    writeFileSync(join(folder, 'Protocol/Pair_list_P.txt'), list('profile'));
    for (const protocol of ['FF', 'FP'])
      for (const split of ['01', '02']) {
        const at = join(folder, 'Protocol/Split', protocol, split);
        mkdirSync(at, { recursive: true });
        writeFileSync(join(at, 'same.txt'), split === '01' ? '1,2\n' : '3,4\n');
        writeFileSync(join(at, 'diff.txt'), '1,4\n');
      }
    expect(answers(await imported('cfp-fp', folder))).toEqual([
      [1, 6, true, 0],
      [1, 8, false, 0],
      [3, 8, true, 1],
      [1, 8, false, 1],
    ]);
    expect(answers(await imported('cfp-ff', folder)).map(([a, b]) => [a, b])).toEqual([
      [1, 2],
      [1, 4],
      [3, 4],
      [1, 4],
    ]);
  });
  it('AgeDB-30, CALFW and CPLFW: pictures in one folder and a list', async () => {
    const list = join(freshFolder(), 'list.txt');
    writeFileSync(list, Array.from({ length: 10 }, (_, i) => `${i}.png ${i + 10}.png ${i % 2}\n`).join(''));
    const agedb = await imported('agedb-30', pictures, list);
    expect(answers(agedb)).toEqual(Array.from({ length: 10 }, (_, i) => [i, i + 10, i % 2 === 1, i]));
    const two = (a: number, b: number, n: number) => `${a}.png ${n}\n${b}.png ${n}\n`;
    const same = Array.from({ length: 10 }, (_, i) => two(i, i + 1, 10 - i)).join('');
    const different = Array.from({ length: 10 }, (_, i) => two(i, i + 12, 0)).join('');
    writeFileSync(list, same + different);
    const calfw = await imported('calfw', pictures, list);
    expect(answers(calfw)[0]).toEqual([0, 1, true, 9]);
    expect(answers(calfw)[10]).toEqual([0, 12, false, 0]);
  });
});

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
  const stop = new Error('stopped');
  it('continues where it was stopped, and leaves a finished dataset alone', async () => {
    const folder = join(freshFolder(), 'dataset');
    const options = { size, imagesPerShard: 5 };
    const stopping = importImages(source(), folder, {
      ...options,
      onImages: (done) => {
        if (done >= 10) throw stop;
      },
    });
    await expect(stopping).rejects.toBe(stop);
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
        throw stop;
      },
    };
    await expect(importImages(source(), folder, { ...options, size })).rejects.toBe(stop);
    await expect(importImages(source(), folder, { ...options, size: 4 })).rejects.toThrow(
      /unfinished import of other files/,
    );
  });
  it('names the picture that is none, by its record', async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, 'x.jpg'), 'no picture');
    await expect(imported('unlabelled', folder)).rejects.toThrow(/x\.jpg cannot be read as a picture/);
    expect(() => detectFormat(folder)).toThrow(UserError);
    expect(() => detectFormat(join(folder, 'nowhere'))).toThrow(/does not exist/);
  });
});
