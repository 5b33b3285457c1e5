import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '@id3/core';
import { describe, expect, it } from 'vitest';
import { parsePickle } from './pickle.ts';
import { freshFolder, hasNumpy, hasPython, python } from './testing.ts';
import { parseVerificationBin, readVerificationBin } from './verification-bin.ts';

/** Contents that try every width of the length fields, and bytes that are not ASCII. */
const contents = [1, 3, 255, 256, 70_000, 40].map((length, i) =>
  Buffer.from(Array.from({ length }, (_, k) => (k * 37 + i * 11) % 256)),
);
const flags = [true, false, true];

const parse = (...codes: (string | number[] | Buffer)[]) =>
  parseVerificationBin(
    Buffer.concat(
      codes.map((code) => (typeof code === 'string' ? Buffer.from(code, 'latin1') : Buffer.from(code))),
    ),
    'hostile.bin',
  );
const PROTO = '\x80\x02';

describe.runIf(hasPython)('pickles written by python3', () => {
  const folder = freshFolder();
  const paths = contents.map((content, i) => {
    writeFileSync(join(folder, String(i)), content);
    return join(folder, String(i));
  });

  it.each([2, 3, 4, 5])('are read in protocol %d', (protocol) => {
    const path = join(folder, `${protocol}.bin`);
    python('write_bin.py', [path, String(protocol), '101', ...paths]);
    const { images, same } = readVerificationBin(path);
    expect(images.map((image) => Buffer.from(image))).toEqual(contents);
    expect(same).toEqual(flags);
    // Cut anywhere, it is refused.
    const bytes = readFileSync(path);
    for (let length = 0; length < 900; length++)
      expect(() => parseVerificationBin(bytes.subarray(0, length), 'cut.bin')).toThrow(UserError);
    expect(() => parseVerificationBin(bytes.subarray(0, -1), 'cut.bin')).toThrow(/truncated/);
    expect(() => parseVerificationBin(Buffer.concat([bytes, bytes]), 'long.bin')).toThrow(/after the end/);
  });
  it.each([0, 1])('are refused in protocol %d', (protocol) => {
    const path = join(folder, `${protocol}.bin`);
    python('write_bin.py', [path, String(protocol), '101', ...paths]);
    expect(() => readVerificationBin(path)).toThrow(/does not begin as a pickle of protocol 2/);
  });
  it.each([2, 3, 4, 5])('never run what a hostile one asks for (protocol %d)', (protocol) => {
    const path = join(folder, `hostile-${protocol}.bin`);
    python('write_hostile.py', [path, String(protocol)]);
    expect(() => readVerificationBin(path)).toThrow(/asks Python to call posix\.system, which is never done/);
    expect(existsSync(`${path}.ran`)).toBe(false);
  });
});

describe.runIf(hasNumpy)('pickles of NumPy', () => {
  const folder = freshFolder();
  const paths = contents.map((content, i) => {
    writeFileSync(join(folder, String(i)), content);
    return join(folder, String(i));
  });
  const combinations = [2, 3, 4, 5].flatMap((protocol) =>
    ['bytes', 'bytearray', 'array', 'readonly'].flatMap((images) =>
      ['bools', 'scalars', 'array', 'uint8'].map((kind) => ({ protocol, images, kind })),
    ),
  );
  it('are read in every protocol, of arrays, bytearrays, scalars and both', () => {
    const jobs = combinations.map(({ protocol, images, kind }) => ({
      path: join(folder, `${protocol}-${images}-${kind}.bin`),
      protocol,
      images,
      kind,
    }));
    python('write_numpy_bin.py', ['101', ...paths], JSON.stringify(jobs));
    for (const { path, protocol, images, kind } of jobs) {
      // Before protocol 5 a bytearray is a call of Python's, which is never done.
      if (images === 'bytearray' && protocol < 5) {
        expect(() => readVerificationBin(path)).toThrow(/asks Python to call \w+\.bytearray/);
        continue;
      }
      const read = readVerificationBin(path);
      expect(
        read.images.map((image) => Buffer.from(image)),
        path,
      ).toEqual(contents);
      expect(read.same, `${path} ${kind}`).toEqual(flags);
    }
  });
  it('of raw pixels are refused', () => {
    const path = join(folder, 'pixels.bin');
    python(
      'write_numpy_bin.py',
      ['1', ...paths],
      JSON.stringify([{ path, protocol: 4, images: 'pixels', kind: 'bools' }]),
    );
    expect(() => readVerificationBin(path)).toThrow(/no row of bytes or bools of NumPy/);
  });
});

describe('a pickle written by Python 2.7', () => {
  // Made with `python2.7 write_bin.py python2.bin 2 101 …` and cPickle.
  it.each(['python2.bin', 'python2-cpickle.bin'])('is read (%s)', (name) => {
    const { images, same } = readVerificationBin(join(import.meta.dirname, 'fixtures', name));
    expect(images.map((image) => Buffer.from(image))).toEqual(
      contents.filter((c) => c.length < 1000).concat(contents[5]),
    );
    expect(same).toEqual(flags);
  });
});

describe('a verification set', () => {
  it('is refused where it is empty, big-endian, too large or no pair of lists', () => {
    expect(() => parse('')).toThrow(/is empty/);
    // Length 1 written big-endian announces 16 MiB.
    expect(() => parse(PROTO, ']T\0\0\0\x01x.')).toThrow(/truncated: 16777216 bytes are announced/);
    expect(() => parse(PROTO, ']', [0x8e, 255, 255, 255, 255, 255, 255, 255, 255])).toThrow(/truncated/);
    expect(() => parse(PROTO, '].')).toThrow(/does not hold a pair/);
    expect(() => parse(PROTO, 'U\x01xU\x01y\x86.')).toThrow(/does not hold two lists/);
    expect(() => parse(PROTO, ']](\x88\x89e\x86.')).toThrow(/0 images and 2 flags/);
    expect(() => parse(PROTO, '](\x88\x88e]\x88a\x86.')).toThrow(/no encoded image at place 0/);
    expect(() => parse(PROTO, '](U\x01xU\x01ye]K\x07a\x86.')).toThrow(/no flag at place 0/);
  });
  it('may give flags as 0 and 1', () => {
    expect(parse(PROTO, '](U\x01xU\x01yU\x01xU\x01ye](K\x01K\x00e\x86.').same).toEqual([true, false]);
  });
});

describe('a pickle', () => {
  const refused: [string, string, RegExp][] = [
    ['INST', '(ios\nsystem\n.', /pickle opcode INST/],
    ['OBJ', '(o.', /pickle opcode OBJ/],
    ['BUILD of another thing', ']]b.', /builds something that is no row of bytes/],
    ['dtypes of several bytes', 'cnumpy\ndtype\nX\x02\0\0\0f4\x89\x88\x87R.', /numpy\.dtype with other than/],
    [
      'dtypes whose state holds itself',
      'cnumpy\ndtype\nX\x02\0\0\0b1\x89\x88\x87R(K\x03X\x01\0\0\0|]q\x01h\x01aNNNJ\xff\xff\xff\xffK\0tb.',
      /builds something that is no row/,
    ],
    [
      'dtypes with flags, of which NumPy reads other elements',
      'cnumpy\ndtype\nX\x02\0\0\0b1\x89\x88\x87R(K\x03X\x01\0\0\0|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x04tb.',
      /builds something that is no row/,
    ],
    ['NumPy functions beside pickling', 'cnumpy\nload\n.', /asks Python to call numpy\.load/],
    ['NEWOBJ', '\x81.', /pickle opcode NEWOBJ/],
    ['persistent ids', 'Pid\n.', /pickle opcode PERSID/],
    ['extension codes', '\x82\x01.', /pickle opcode EXT1/],
    ['unknown opcodes', '\xff.', /pickle opcode 0xff/],
    ['control characters in names', 'cos\x1b[2J\nsystem\n.', /call os\?\[2J\.system/],
    ['names without end', 'c' + 'x'.repeat(500), /without end/],
    [
      'encode of another codec',
      'c_codecs\nencode\nX\x01\0\0\0aX\x05\0\0\0rot13\x86R.',
      /other than a text and "latin1"/,
    ],
    [
      'encode of what is beyond latin1',
      'c_codecs\nencode\nX\x02\0\0\0\xc4\x80X\x06\0\0\0latin1\x86R.',
      /not latin1/,
    ],
    ['a call of a list', ']]R.', /no callable/],
    ['a callable as a value', 'c_codecs\nencode\n.', /as a value/],
    ['an empty stack', 'a.', /empty stack/],
    ['a value below the mark', '](a.', /empty stack/],
    ['a group that was not begun', 'e.', /not begun/],
    ['recalling nothing', 'h\x05.', /not stored/],
    ['two values left', ']].', /unfinished/],
    ['protocol 6', '\x80\x06].', /protocol 6/],
  ];
  it.each(refused)('is refused for %s', (_, body, message) => {
    const bytes = Buffer.from(PROTO + body, 'latin1');
    expect(() => parsePickle(bytes, 'hostile.bin')).toThrow(UserError);
    expect(() => parsePickle(bytes, 'hostile.bin')).toThrow(message);
  });
  it('cannot make much of little by encoding one text again and again', () => {
    const text = Buffer.alloc(100_000, 'x').toString();
    const setUp = `c_codecs\nencode\nq\x01X\xa0\x86\x01\0${text}X\x06\0\0\0latin1\x86q\x02`;
    const bomb = Buffer.from(`${PROTO}](${setUp}${'h\x01h\x02R'.repeat(1000)}e.`, 'latin1');
    expect(() => parsePickle(bomb, 'bomb.bin')).toThrow(/encodes more than it holds/);
  });
  it('may be a list that holds itself', () => {
    const value = parsePickle(Buffer.from(`${PROTO}]q\0h\0a.`, 'latin1'), 'loop.bin') as unknown[];
    expect(value[0]).toBe(value);
  });
});
