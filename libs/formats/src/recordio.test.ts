import { closeSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Rng, UserError } from '@id3/core';
import { describe, expect, it } from 'vitest';
import { fileSource, memorySource } from './byte-source.ts';
import { packImageRecord, unpackImageRecord } from './image-record.ts';
import { parseIndex } from './record-index.ts';
import { openRecordSet } from './record-set.ts';
import { RecordWriter, readRecord, readRecords } from './recordio.ts';
import { freshFolder, hasPython, python } from './testing.ts';

const MAGIC = Buffer.from([0x0a, 0x23, 0xd7, 0xce]);
const labels = [0, 0, 2, 1, 2];
/** Encoded images as the format sees them: any bytes, among them magic numbers where records are cut and where they are not. */
const contents = [
  Buffer.from('an image'),
  Buffer.concat([MAGIC, MAGIC, Buffer.from('x'), MAGIC, Buffer.from('yz'), MAGIC.subarray(0, 3)]),
  Buffer.concat([Buffer.alloc(4), MAGIC]),
  Buffer.alloc(40_000, 7),
  Buffer.from([1]),
];

function written(plain: boolean): string {
  const folder = freshFolder();
  const lines = contents.map((content, i) => {
    writeFileSync(join(folder, `${i}.jpg`), content);
    return `${labels[i]} ${join(folder, `${i}.jpg`)}`;
  });
  python('write_recordio.py', [folder, ...(plain ? ['plain'] : [])], lines.join('\n'));
  return folder;
}

describe.runIf(hasPython)("a set written by a script of the format's description", () => {
  it.each([
    ['as InsightFace ships them', false],
    ['as im2rec writes them', true],
  ])('is read by index, %s', (_, plain) => {
    const folder = written(plain);
    for (const withIndex of [true, false]) {
      if (!withIndex) rmSync(join(folder, 'train.idx'));
      const set = openRecordSet(folder);
      expect(set.count).toBe(contents.length);
      expect(set.property).toEqual({ classes: 3, height: 8, width: 8 });
      for (const i of [3, 1, 4, 0, 2]) {
        expect(set.read(i).labels).toEqual([labels[i]]);
        expect(set.read(i).image).toEqual(contents[i]);
      }
      set.close();
    }
  });
  it('is read in order, through a window smaller than its records', () => {
    const path = join(written(true), 'train.rec');
    for (const readAhead of [1, 64, 1 << 20]) {
      const source = fileSource(path, readAhead);
      const images = [...readRecords(source)].map(({ data }) => unpackImageRecord(data, '').image);
      source.close();
      expect(images).toEqual(contents);
    }
  });
  it('is what our writer writes, byte for byte', () => {
    const folder = written(true);
    const path = join(folder, 'ours.rec');
    const writer = new RecordWriter(path);
    contents.forEach((content, i) => writer.append(packImageRecord(labels[i], i, content)));
    writer.close();
    expect(readFileSync(path)).toEqual(readFileSync(join(folder, 'train.rec')));
  });
  it('is refused by name where it is truncated, empty, big-endian or does not fit its index', () => {
    const folder = written(false);
    const rec = join(folder, 'train.rec');
    const whole = readFileSync(rec);
    const readAll = () => {
      const set = openRecordSet(folder);
      try {
        for (let i = 0; i < set.count; i++) set.read(i);
      } finally {
        set.close();
      }
    };
    truncateSync(rec, whole.length - 300);
    expect(readAll).toThrow(/train\.rec is truncated/);
    writeFileSync(rec, '');
    expect(readAll).toThrow(/train\.rec is empty/);
    const swapped = Buffer.from(whole);
    swapped.subarray(0, 8).swap32();
    writeFileSync(rec, swapped);
    expect(readAll).toThrow(/is big-endian/);
    writeFileSync(rec, whole.subarray(4));
    expect(readAll).toThrow(/no RecordIO record \(its magic number is missing\) at byte 0/);
    writeFileSync(rec, whole);
    writeFileSync(join(folder, 'train.idx'), '0\t0\n1\t4\n2\t8\n3\t1\n4\t2\n5\t3\n');
    expect(readAll).toThrow(/magic number is missing\) at byte 4/);
    writeFileSync(join(folder, 'train.idx'), '0\t0\n2\t8\n');
    expect(readAll).toThrow(/announces 5 images but its index has 2/);
    writeFileSync(join(folder, 'train.idx'), '0\t0\n1\t0\n2\t0\n3\t0\n4\t0\n6\t0\n');
    expect(readAll).toThrow(/no record 5/);
    rmSync(rec);
    expect(readAll).toThrow(UserError);
    expect(() => openRecordSet('/nowhere/train.rec')).toThrow(/cannot be read \(ENOENT\)/);
  });
});

describe('a set without index that is damaged', () => {
  const MANY = 12;
  /** Record 0 announces images 1 … MANY; one more is about people. Gives the bytes and where each record begins. */
  function set(withHead: boolean) {
    const folder = freshFolder();
    const writer = new RecordWriter(join(folder, 'train.rec'));
    const offsets: number[] = [];
    if (withHead) writer.append(packImageRecord([MANY + 1, MANY + 2], 0));
    for (let i = 1; i <= MANY; i++)
      // Magic numbers inside, at which records are cut.
      offsets.push(
        writer.append(
          packImageRecord(i, i, Buffer.concat([MAGIC, Buffer.from(`image ${i}`.padEnd(8)), MAGIC])),
        ),
      );
    if (withHead) writer.append(packImageRecord([1, MANY + 1], MANY + 1));
    writer.close();
    return {
      folder,
      rec: join(folder, 'train.rec'),
      bytes: readFileSync(join(folder, 'train.rec')),
      offsets,
    };
  }
  const imagesOf = (folder: string) => {
    const { count, read, damaged, announced, close } = openRecordSet(folder);
    const images = Array.from({ length: count }, (_, i) => read(i).labels[0]);
    close();
    return { images, damaged: damaged.map(({ offset }) => offset), announced };
  };

  it.each([true, false])(
    'is read as far as it is whole wherever it is cut off, with a head: %s',
    (withHead) => {
      const { folder, rec, bytes, offsets } = set(withHead);
      for (let size = withHead ? offsets[0] : offsets[1]; size < bytes.length; size += 3) {
        writeFileSync(rec, bytes.subarray(0, size));
        const ends = [...offsets.slice(1), withHead ? bytes.length - 40 : bytes.length];
        const whole = ends.filter((end) => end <= size).length;
        const { images, damaged, announced } = imagesOf(folder);
        expect(images).toEqual(Array.from({ length: whole }, (_, i) => i + 1));
        expect(announced).toBe(withHead && whole < MANY ? MANY : undefined);
        expect(damaged.length).toBeLessThanOrEqual(1);
        if (damaged.length === 0) expect([...offsets, ...ends]).toContain(size);
      }
    },
  );

  it('is read before and after what is damaged in its middle', () => {
    const { folder, rec, bytes, offsets } = set(true);
    const damagedBytes = Buffer.from(bytes);
    damagedBytes[offsets[2]] ^= 1; // a magic number
    damagedBytes.writeUInt32LE(0x1fffffff, offsets[6] + 4); // a length
    writeFileSync(rec, damagedBytes);
    expect(imagesOf(folder)).toEqual({
      images: [1, 2, 4, 5, 6, 8, 9, 10, 11, 12],
      damaged: [offsets[2], offsets[6]],
      announced: MANY,
    });
    // Its head is gone.
    damagedBytes[0] ^= 1;
    writeFileSync(rec, damagedBytes);
    expect(imagesOf(folder)).toMatchObject({
      images: [1, 2, 4, 5, 6, 8, 9, 10, 11, 12],
      announced: undefined,
    });
  });

  it('is refused where nothing is whole or too much is damaged', () => {
    const folder = freshFolder();
    const rec = join(folder, 'train.rec');
    writeFileSync(rec, set(true).bytes.subarray(0, 20));
    expect(() => openRecordSet(folder)).toThrow(/train\.rec is truncated: \d+ bytes are announced/);
    const broken = packImageRecord(1, 1, MAGIC);
    const head = Buffer.from([...MAGIC, 0xff, 0xff, 0xff, 0x1f]);
    writeFileSync(
      rec,
      Buffer.concat(Array.from({ length: 300 }, () => Buffer.concat([head, broken.subarray(0, 20)]))),
    );
    expect(() => openRecordSet(folder)).toThrow(
      /damaged in more than 100 places, such as byte 0; get the file/,
    );
  });
});

describe('a head', () => {
  it.each([-1, 0, 1])('that is off by %d announces the images that there are', (off) => {
    const folder = freshFolder();
    const writer = new RecordWriter(join(folder, 'train.rec'));
    writer.append(packImageRecord([4 + off, 6 + off], 0));
    for (const i of [1, 2, 3]) writer.append(packImageRecord(i > 2 ? 1 : 0, i, Buffer.from(`image ${i}`)));
    writer.append(packImageRecord([1, 3], 4));
    writer.append(packImageRecord([3, 4], 5));
    writer.close();
    const set = openRecordSet(folder);
    expect(Array.from({ length: set.count }, (_, i) => String(set.read(i).image))).toEqual([
      'image 1',
      'image 2',
      'image 3',
    ]);
    set.close();
  });
});

describe('a record', () => {
  const header = (part: number, length: number) => {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(0xced7230a, 0);
    head.writeUInt32LE(((part << 29) | length) >>> 0, 4);
    return head;
  };
  const read = (...parts: Buffer[]) => readRecord(memorySource(Buffer.concat(parts), 'fuzz.rec'), 0).data;
  it('comes back whatever its bytes', () => {
    const folder = freshFolder();
    const rng = new Rng(1, 'records');
    const records = Array.from({ length: 200 }, () =>
      Buffer.concat(
        Array.from({ length: rng.int(12) }, () =>
          rng.chance(0.5) ? MAGIC : Buffer.from(Array.from({ length: rng.int(6) }, () => rng.int(256))),
        ),
      ),
    );
    const writer = new RecordWriter(join(folder, 'a.rec'));
    const offsets = records.map((record) => writer.append(record));
    writer.close();
    const source = fileSource(join(folder, 'a.rec'));
    expect([...readRecords(source)].map(({ data }) => data)).toEqual(records);
    records.forEach((record, i) => expect(readRecord(source, offsets[i]).data).toEqual(record));
    source.close();
  });
  it('is refused where its parts are out of order', () => {
    expect(() => read(header(2, 0))).toThrow(/part 2 of a record where one begins/);
    expect(() => read(header(1, 0), header(0, 0))).toThrow(/part 0 of a record where it goes on/);
    expect(() => read(header(1, 0))).toThrow(/truncated: no record begins at byte 8/);
    expect(read(header(1, 1), Buffer.from('a\0\0\0'), header(3, 0))).toEqual(
      Buffer.concat([Buffer.from('a'), MAGIC]),
    );
  });
  it('is refused where it is too large, before memory is taken', () => {
    const path = join(freshFolder(), 'sparse.rec');
    const file = openSync(path, 'w');
    writeSync(file, header(0, 2 ** 29 - 1), 0, 8, 0);
    writeSync(file, Buffer.alloc(1), 0, 1, 2 ** 29 + 16);
    closeSync(file);
    const source = fileSource(path);
    expect(() => readRecord(source, 0)).toThrow(/more than 67108864 bytes/);
    source.close();
    const many = Buffer.concat([header(1, 0), ...Array.from({ length: 70_000 }, () => header(2, 0))]);
    expect(() => read(many)).toThrow(/65536 parts/);
  });
  it('of an image announces no more labels than it holds', () => {
    const record = packImageRecord([1, 2], 3);
    expect(unpackImageRecord(record, 'r')).toMatchObject({ labels: [1, 2], listed: true });
    record.writeUInt32LE(4_000_000_000, 0);
    expect(() => unpackImageRecord(record, 'record 3')).toThrow(/record 3 announces 4000000000 labels/);
    expect(() => unpackImageRecord(Buffer.alloc(23), 'record 3')).toThrow(/has 23 bytes/);
  });
});

describe('an index', () => {
  const parse = (text: string) => parseIndex(Buffer.from(text), 'train.idx');
  it('may come in any order, with Windows line ends', () => {
    const index = parse('2\t96\r\n0\t0\r\n1\t44');
    expect([0, 1, 2, 3].map((key) => index.offsetOf(key))).toEqual([0, 44, 96, undefined]);
  });
  it.each([
    ['', /is empty/],
    ['0\t0\n1\n', /line 2/],
    ['0\t0\t0\n', /line 1/],
    ['0 0\n', /line 1/],
    ['0\t-1\n', /line 1/],
    ['0\t99999999999999999999\n', /line 1/],
    ['0\t0\n0\t4\n', /key 0 twice/],
  ])('is refused by line: %j', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});
