import { UserError, type Rng } from '@id3/core';
import { memorySource } from './byte-source.ts';
import { packImageRecord, unpackImageRecord } from './image-record.ts';
import {
  parseCfpProtocol,
  parseCrossLfwPairs,
  parseFlaggedPairs,
  parseLfwPairs,
  type ListedPair,
} from './pair-lists.ts';
import { generatePickle } from './pickle-grammar.ts';
import { parseIndex } from './record-index.ts';
import { findRecords, readRecord, readRecords } from './recordio.ts';
import { parseVerificationBin } from './verification-bin.ts';

/** A parser as the fuzzer and the replay of its findings call it. */
export interface FuzzTarget {
  /** Valid inputs that mutations start from, and fragments that they insert. */
  readonly seeds: readonly Buffer[];
  readonly fragments: readonly Buffer[];
  /** Parses; throws an Error that is no UserError where a result breaks its promise. */
  parse(input: Buffer): void;
  /** A valid input from a grammar; `check` throws where it is not read as it was meant. */
  generate?(rng: Rng): { input: Buffer; check(): void };
}

const bytes = (text: string) => Buffer.from(text, 'latin1');
const promise = (kept: boolean, what: string) => {
  if (!kept) throw new Error(`broken promise: ${what}`);
};

const bin = (body: string) => bytes(`\x80\x02](${body}`);
const MAGIC = '\x0a\x23\xd7\xce';

function recordFile(...records: Buffer[]): Buffer {
  return Buffer.concat(
    records.map((data) => {
      const head = Buffer.alloc(8);
      head.writeUInt32LE(0xced7230a, 0);
      head.writeUInt32LE(data.length, 4);
      return Buffer.concat([head, data, Buffer.alloc(-data.length & 3)]);
    }),
  );
}

function checkPairs(pairs: readonly ListedPair[]): void {
  promise(pairs.length > 0, 'pairs');
  for (const { a, b, same, fold } of pairs)
    promise(
      !!a && !!b && typeof same === 'boolean' && Number.isInteger(fold) && fold >= 0 && fold < 1000,
      'a pair has pictures, a flag and a fold',
    );
}
const pairTarget = (parse: (text: string, name: string) => ListedPair[], ...seeds: string[]): FuzzTarget => ({
  seeds: seeds.map(bytes),
  fragments: ['\n', '\r\n', '\t', ' ', '0', '1', '-1', '10', '99999999999', '1e9', 'NaN', '\0', 'é'].map(
    bytes,
  ),
  parse: (input) => checkPairs(parse(input.toString('utf8'), 'fuzz')),
});

/** What is found in a file are whole records; where nothing is damaged, all. */
function checkFound(input: Buffer): void {
  const source = memorySource(input, 'fuzz');
  let found: ReturnType<typeof findRecords>;
  try {
    found = findRecords(source);
  } catch (error) {
    if (error instanceof UserError) return;
    throw error;
  }
  const { offsets, damaged } = found;
  promise(offsets.length > 0 && offsets.every((at, i) => i === 0 || at > offsets[i - 1]), 'records follow');
  promise(
    offsets.every((at) => readRecord(source, at).offset === at),
    'a record that is found is whole',
  );
  promise(
    damaged.every(({ offset, why }) => offset < input.length && why !== ''),
    'damage has a place',
  );
  if (damaged.length === 0)
    promise(
      [...readRecords(source)].every(({ offset }, i) => offset === offsets[i]),
      'all are found',
    );
}

export const fuzzTargets: Readonly<Record<string, FuzzTarget>> = {
  'verification-bin': {
    seeds: [
      bin('U\x01xq\x01U\x01yq\x02h\x01h\x02e](\x88\x89e\x86.'),
      bin('B\x01\0\0\0xB\x01\0\0\0ye]\x88a\x86q\x03.'),
      bin('c_codecs\nencode\nq\x01X\x02\0\0\0\xc3\xbfX\x06\0\0\0latin1\x86Rq\x04h\x04e]K\x01a\x86.'),
      bytes('\x80\x04\x95\x0e\0\0\0\0\0\0\0](C\x01x\x94C\x01y\x94e]\x94\x88a\x86\x94.'),
      bytes('\x80\x05](\x8e\x01\0\0\0\0\0\0\0xT\x01\0\0\0ye]\x89a\x86.'),
      // One image as NumPy's array of protocol 3, twice, and NumPy's bool.
      bytes(
        '\x80\x03](cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85C\x01b\x87Rq\x01(K\x01K\x02\x85' +
          'cnumpy\ndtype\nq\x02X\x02\0\0\0u1\x89\x88\x87R(K\x03X\x01\0\0\0|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89C\x02xytbh\x01e]' +
          'cnumpy.core.multiarray\nscalar\nh\x02X\x02\0\0\0b1\x89\x88\x87RC\x01\x01\x86Ra\x86.',
      ),
      bin('\x8c\x05posix\x8c\x06system\x93U\x04true\x85R.'),
    ],
    fragments: [
      '](',
      'e',
      '\x86',
      'R',
      '.',
      'h\x01',
      'b',
      'N',
      'M\x01\0',
      '\x96\x01\0\0\0\0\0\0\0x',
      'cnumpy\nndarray\n',
      'q\x01',
      'r\xff\xff\xff\xff',
      'j\0\0\0\0',
      '\x94',
      '(',
      't',
      ')',
      'a',
      'K\0',
      '\x88',
      'cos\nsystem\n',
      'c_codecs\nencode\n',
      'X\x06\0\0\0latin1',
      'X\x01\0\0\0x',
      'T\xff\xff\xff\x7f',
      '\x8e\xff\xff\xff\xff\xff\xff\xff\xff',
      '\x95\0\0\0\0\0\0\0\0',
      '\x80\x05',
    ].map(bytes),
    parse(input) {
      const { images, same } = parseVerificationBin(input, 'fuzz');
      promise(images.length === 2 * same.length && same.length > 0, 'two images a flag');
      // A picture may be recalled from the memo, but each is at most the input.
      for (const image of images)
        promise(image.length > 0 && image.length <= input.length, 'images within the input');
    },
    generate(rng) {
      const { bytes, images, same } = generatePickle(rng);
      const check = () => {
        const read = parseVerificationBin(bytes, 'fuzz');
        promise(read.same.join() === same.join(), 'flags as they were meant');
        promise(
          read.images.every((image, i) => images[i].equals(image)),
          'images as they were meant',
        );
      };
      return { input: bytes, check };
    },
  },
  recordio: {
    seeds: [
      recordFile(
        packImageRecord([3, 4], 0),
        packImageRecord(0, 1, bytes('image')),
        packImageRecord(1, 2, bytes('other')),
      ),
      bytes(`${MAGIC}\x03\0\0\x20abc\0${MAGIC}\x00\0\0\x40${MAGIC}\x01\0\0\x60x\0\0\0`),
      recordFile(packImageRecord(7, 1, bytes('a longer image, of some fifty bytes, to be cut in two'))),
    ],
    fragments: [
      MAGIC,
      '\xce\xd7\x23\x0a',
      '\0\0\0\0',
      '\xff\xff\xff\xff',
      '\x01\0\0\x20',
      '\x01\0\0\x40',
      '\x01\0\0\x60',
      '\xff\xff\xff\x1f',
    ].map(bytes),
    parse(input) {
      checkFound(input);
      let total = 0;
      let next = 0;
      for (const record of readRecords(memorySource(input, 'fuzz'))) {
        promise(record.offset === next && record.next > record.offset, 'records follow one another');
        total += record.data.length;
        next = record.next;
        const { labels, image } = unpackImageRecord(record.data, 'fuzz');
        promise(labels.length > 0 && image.length <= record.data.length, 'an image record has labels');
      }
      promise(total <= input.length, 'records are no larger than the file');
    },
  },
  'record-index': {
    seeds: ['0\t0\n1\t44\n2\t96\n', '2\t5\r\n1\t0\r\n', '7\t9007199254740991'].map(bytes),
    fragments: ['\n', '\t', '\r', '0', '9', '\n\n', '1\t1\n', '99999999999999999999', '-', 'x', '\0'].map(
      bytes,
    ),
    parse(input) {
      const index = parseIndex(input, 'fuzz');
      promise(index.count > 0, 'records');
      for (let i = 0; i < index.count; i++) {
        promise(i === 0 || index.keys[i] > index.keys[i - 1], 'keys ascend');
        promise(index.offsetOf(index.keys[i]) === index.offsets[i], 'a key is found');
      }
    },
  },
  'lfw-pairs': pairTarget(parseLfwPairs, '2\t1\nAl\t1\t2\nAl\t1\tBo\t3\nCy\t1\t2\nCy\t4\tDi\t1\n'),
  'flagged-pairs': pairTarget(parseFlaggedPairs, 'a.jpg b.jpg 1\nc.jpg d.jpg 0\n', 'a\tb\t-1\r\nc d 1'),
  'cross-lfw-pairs': pairTarget(
    parseCrossLfwPairs,
    'a.jpg 1\nb.jpg 1\nc.jpg 0\nd.jpg 0\n',
    'a 1\nb 1\nc 10\nd 10\n',
  ),
  'cfp-protocol': pairTarget((text, name) => {
    const [first = '', second = '', same = '', different = ''] = text.split('|');
    return parseCfpProtocol({ first, second, splits: [{ same, different }] }, name);
  }, '1 a/1.jpg\n2 a/2.jpg\n|1 p/1.jpg\n2 p/2.jpg\n|1,1\n2,2\n|1,2\n2,1\n'),
};

/** What a parser says to an input: undefined where it accepts it, else its sentence. Throws anything but a UserError on. */
export function verdict(target: FuzzTarget, input: Buffer): string | undefined {
  try {
    target.parse(input);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
