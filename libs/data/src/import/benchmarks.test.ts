import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { detectFormat, importImages, openDataset, openImageSource, personKey } from '../index.ts';
import { freshFolder, hasPython, python } from '@id3/formats/testing';
import { answers, imported, paths, people, pictureOf, pictures, size } from '../testing.ts';

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
