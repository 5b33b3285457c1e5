import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '@id3/core';
import { fileSource } from './byte-source.ts';
import { unpackImageRecord, type ImageRecord } from './image-record.ts';
import { readIndex, scanIndex } from './record-index.ts';
import { readRecord, type DamagedPlace } from './recordio.ts';

/** What random access reads at once: more than most encoded 112×112 faces have. */
const READ_AHEAD = 1 << 14;

/** A training set in RecordIO, read at random; nothing but its index (16 bytes an image) is held in memory. */
export interface RecordSet {
  /** The `.rec` file. */
  readonly path: string;
  /** Number of images. */
  readonly count: number;
  /** From `property` (classes,height,width), where there is one. */
  readonly property: { classes: number; height: number; width: number } | undefined;
  /** What of a `.rec` without `.idx` is no whole record. */
  readonly damaged: readonly DamagedPlace[];
  /** The number of images that record 0 announces, where there are fewer. */
  readonly announced: number | undefined;
  /** The key of image i. */
  keyOf(i: number): number;
  /** Image i, 0 ≤ i < count, in order of keys. */
  read(i: number): ImageRecord;
  close(): void;
}

/**
 * Opens a set as InsightFace ships them (CASIA-WebFace, MS1M): `train.rec`, `train.idx` and `property`. Record 0 has two labels [e, p]:
 * images are the records 1 … e-1 (or one less or more, see nearestCount), and e … p-1 list the images of each person, which no trainer of InsightFace's needs
 * today and which are passed over. Where record 0 is an image itself (as `im2rec` writes it), all records are images.
 * Without `.idx` the `.rec` is scanned, which takes its keys to be 0, 1, 2 …; where it is damaged or cut off, the images are those that are whole.
 *
 * @param path the folder that holds one `.rec`, or the `.rec` itself
 * @throws UserError where a file is missing, damaged or does not fit the others
 */
export function openRecordSet(path: string): RecordSet {
  const recPath = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, 'train.rec') : path;
  const source = fileSource(recPath, READ_AHEAD);
  try {
    if (source.size === 0) throw new UserError(`${recPath} is empty; get the file again.`);
    const indexPath = recPath.replace(/\.rec$/, '') + '.idx';
    const isScanned = !existsSync(indexPath);
    const { index, damaged } = isScanned ? scanned(recPath) : { index: readIndex(indexPath), damaged: [] };
    const readKey = (key: number): ImageRecord => {
      const offset = index.offsetOf(key);
      if (offset === undefined)
        throw new UserError(
          `${indexPath} has no record ${key}; get the file again, or delete it to have the .rec scanned.`,
        );
      return unpackImageRecord(readRecord(source, offset).data, `${recPath}, record ${key},`);
    };
    const first = readKey(index.keys[0]);
    const hasHead = first.listed && first.image.length === 0;
    if (hasHead && !(first.labels[0] >= 2))
      throw new UserError(
        `${recPath}, record 0, announces no images (its first label is ${first.labels[0]}); get the file again.`,
      );
    const announced = hasHead ? Math.trunc(first.labels[0]) - 1 : index.count;
    const kindOf = (key: number): Kind => {
      if (index.offsetOf(key) === undefined) return 'none';
      try {
        return readKey(key).image.length > 0 ? 'image' : 'about people';
      } catch {
        return 'damaged';
      }
    };
    const property = readProperty(join(dirname(recPath), 'property'));
    const about = { path: recPath, property, damaged, close: () => source.close() };
    if (isScanned && (damaged.length > 0 || announced > index.count)) {
      const isAboutPeople = (key: number) => kindOf(key) === 'about people' && readKey(key).listed;
      const keys = index.keys.filter((key) => !isAboutPeople(key));
      return {
        ...about,
        count: keys.length,
        announced: hasHead && announced > keys.length ? announced : undefined,
        keyOf: (i) => keys[i],
        read: (i) => readKey(keys[i]),
      };
    }
    const count = hasHead ? nearestCount(announced, kindOf) : index.count;
    if (count > index.count)
      throw new UserError(
        `${recPath} announces ${announced} images but its index has ${index.count} records; get both files again.`,
      );
    const keyOf = (i: number) => (hasHead ? i + 1 : index.keys[i]);
    return {
      ...about,
      count,
      announced: undefined,
      keyOf,
      read: (i) => readKey(keyOf(i)),
    };
  } catch (error) {
    source.close();
    throw error;
  }
}

/**
 * The number of images that a head announces, or one less or more where the last image says so: heads are 32-bit floats, which above 2²⁴ leave out odd
 * numbers, and some writers count one too many.
 */
function nearestCount(announced: number, kindOf: (key: number) => Kind): number {
  // The image with the key n is the n-th.
  const last = kindOf(announced);
  if (last === 'none' || last === 'about people')
    return kindOf(announced - 1) === 'image' ? announced - 1 : announced;
  return kindOf(announced + 1) === 'image' && kindOf(announced + 2) !== 'image' ? announced + 1 : announced;
}

/** What the record of a key is. */
type Kind = 'image' | 'about people' | 'damaged' | 'none';

function scanned(recPath: string) {
  const source = fileSource(recPath);
  try {
    return scanIndex(source);
  } finally {
    source.close();
  }
}

function readProperty(path: string): RecordSet['property'] {
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8').slice(0, 100).trim();
  const match = /^(\d{1,9}),(\d{1,5}),(\d{1,5})$/.exec(text);
  if (!match)
    throw new UserError(
      `${path} holds ${JSON.stringify(text)}; expected classes,height,width as 10572,112,112: mend it, or delete it, for it is not needed.`,
    );
  const [classes, height, width] = match.slice(1).map(Number);
  return { classes, height, width };
}
