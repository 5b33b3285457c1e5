import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '@id3/core';
import { RecordWriter, packImageRecord } from '@id3/formats';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  describeReport,
  detectFormat,
  importImages,
  openDataset,
  openImageSource,
  personKey,
  type Dataset,
  type ImportFormat,
} from '../index.ts';
import { freshFolder, hasPython, pixelsOf, python, writePicture } from '@id3/formats/testing';

const size = 8;
const stopped = new Error('stopped');
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

const people = (dataset: Dataset) =>
  Array.from({ length: dataset.count }, (_, i) => dataset.record(i).person);

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
    expect(people(dataset)).toEqual(['Al', 'Al', 'Bo']);
    rmSync(join(folder, 'Bo/Bo_0001.jpg'));
    await expect(imported('lfw', folder, list)).rejects.toThrow(
      /1 of the 3 pictures .* are missing, such as .*Bo_0001/,
    );
    await expect(imported('lfw', folder)).rejects.toThrow(/needs --pairs=FILE/);
  });
  it('may lack pictures, whose pairs are left out where that is asked for', async () => {
    const folder = freshFolder();
    copy(folder, 0, 'Al', 'Al_0001.jpg');
    copy(folder, 1, 'Al', 'Al_0012.jpg');
    const list = join(folder, 'pairs.txt');
    writeFileSync(list, '2\t1\nAl\t1\t12\nAl\t1\tBo\t1\nBo\t2\t1\nAl\t12\tAl\t1\n');
    await expect(imported('lfw', folder, list)).rejects.toThrow(
      /^2 of the 4 pictures that .* names are missing, such as .*Bo_0001\.jpg; check --from, or leave their pairs out by --missing=drop\.$/,
    );
    const out = join(freshFolder(), 'dataset');
    const report = await importImages(openImageSource('lfw', folder, list, 'drop'), out, { size });
    expect(report.notes).toEqual([
      '2 pictures are missing, and 2 of 4 pairs are left out with them (same + different): fold 1 lacks 0 + 1, fold 2 lacks 1 + 0.',
    ]);
    const dataset = openDataset(out);
    expect(answers(dataset)).toEqual([
      [0, 1, true, 0],
      [1, 0, false, 1],
    ]);
    expect(dataset.count).toBe(2);
    expect(dataset.manifest.spec).toMatchObject({
      missing: {
        pictures: 2,
        pairs: [
          { fold: 0, same: 0, different: 1 },
          { fold: 1, same: 1, different: 0 },
        ],
      },
    });
    // Nothing missing, nothing said; a dataset of the whole list stays the same one.
    for (const take of [1, 2]) copy(folder, 2, 'Bo', `Bo_000${take}.jpg`);
    expect(openImageSource('lfw', folder, list, 'drop').spec).toEqual(
      openImageSource('lfw', folder, list).spec,
    );
    for (const person of ['Al', 'Bo']) rmSync(join(folder, person), { recursive: true });
    expect(() => openImageSource('lfw', folder, list, 'drop')).toThrow(
      /are missing, such as .*; check --from\.$/,
    );
    expect(() => openImageSource('image-folder', folder, undefined, 'drop')).toThrow(/^--missing is for lfw/);
  });
  it('may have folds of unequal size, which the import says', () => {
    const folder = freshFolder();
    for (const [k, file] of ['Al_0001', 'Al_0012'].entries()) copy(folder, k, 'Al', `${file}.jpg`);
    const list = join(folder, 'pairs.txt');
    writeFileSync(list, '2\t2\nAl\t1\t12\nAl\t12\t1\nAl\t1\tAl\t12\nAl\t1\t12\nAl\t12\tAl\t1\n');
    const { notes, pairs } = openImageSource('lfw', folder, list);
    expect(notes).toEqual(['Its folds are of unequal size: 2 to 3 pairs.']);
    expect(pairs!.map(({ fold }) => fold)).toEqual([0, 0, 0, 1, 1]);
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

describe('the names of people', () => {
  const write = (folder: string, path: string, text: string | Buffer) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  it('of CFP are those of its list, in a benchmark and in a training set', async () => {
    const folder = freshFolder();
    const files = ['001/frontal/01', '002/frontal/01', '002/profile/01'];
    for (const [k, file] of files.entries()) write(folder, `Data/Images/${file}.jpg`, readFileSync(paths[k]));
    const list = (kind: string) =>
      files.flatMap((file, i) => (file.includes(kind) ? `${i} ../Data/Images/${file}.jpg\n` : [])).join('');
    write(folder, 'Protocol/Pair_list_F.txt', list('frontal'));
    write(folder, 'Protocol/Pair_list_P.txt', list('profile'));
    write(folder, 'Protocol/Split/FP/01/same.txt', '1,2\n');
    write(folder, 'Protocol/Split/FP/01/diff.txt', '0,2\n');
    expect(people(await imported('cfp-fp', folder))).toEqual([undefined, undefined, undefined]);
    expect(people(await imported('image-folder', join(folder, 'Data/Images')))).toEqual([
      '001',
      '002',
      '002',
    ]);
    write(folder, 'Data/list_name.txt', 'Al Pacino\n50 Cent\n');
    expect(people(await imported('cfp-fp', folder))).toEqual(['50 Cent', '50 Cent', 'Al Pacino']);
    const training = await imported('image-folder', join(folder, 'Data/Images'));
    expect(people(training)).toEqual(['Al Pacino', '50 Cent', '50 Cent']);
    // A list that does not name everybody names nobody.
    write(folder, 'Data/list_name.txt', 'Al Pacino\n');
    expect(people(await imported('image-folder', join(folder, 'Data/Images')))).toEqual([
      '001',
      '002',
      '002',
    ]);
  });
  it.each([
    ['agedb-30', '0_MariaCallas_35_f.png', '1_JohnWayne_50_m.png', ['MariaCallas', 'JohnWayne']],
    ['agedb-30', '0.png', '1.png', [undefined, undefined]],
  ] as const)('of %s are in the files: %s', async (format, a, b, expected) => {
    const folder = freshFolder();
    for (const [k, file] of [a, b].entries()) write(folder, file, readFileSync(paths[k]));
    write(folder, 'list.txt', `${a} ${b} 0\n`.repeat(10));
    expect(people(await imported(format, folder, join(folder, 'list.txt')))).toEqual(expected);
  });
  it.each(['calfw', 'cplfw'] as const)('of %s are in the files', async (format) => {
    const folder = freshFolder();
    for (const [k, file] of ['Al_Pacino_0001.png', 'Bo_2.png'].entries())
      write(folder, file, readFileSync(paths[k]));
    write(folder, 'list.txt', 'Al_Pacino_0001.png 0\nBo_2.png 0\n'.repeat(10));
    expect(people(await imported(format, folder, join(folder, 'list.txt')))).toEqual(['Al_Pacino', 'Bo']);
  });
  it.each([
    ['Al_Pacino', 'al  pacino'],
    ['Jean-Marie Le_Pen', 'JeanMarie LePen'],
    ["Conan O'Brien", 'Conan_OBrien'],
    ['Jose\u0301', 'JOS\u00c9'],
  ])('are one however they are written: %s, %s', (one, other) => {
    expect(personKey(one)).toBeDefined();
    expect(personKey(one)).toBe(personKey(other));
  });
  it('are none where they are numbers, and others where they are others', () => {
    expect([undefined, '', '001', '_12 '].map(personKey)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(personKey('50 Cent')).not.toBe(personKey('Cent'));
    expect(personKey('Jose')).not.toBe(personKey('Jos\u00e9'));
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
      /^No picture of .* can be read, such as .*x\.jpg \(/,
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
