import { readFileSync } from 'node:fs';
import { UserError } from '@id3/core';
import type { ByteSource } from './byte-source.ts';
import { findRecords, type DamagedPlace } from './recordio.ts';

/** Where the record of each key begins; 16 bytes a record. */
export class RecordIndex {
  /** @param keys ascending; [n] @param offsets of the records with these keys; [n] */
  constructor(
    readonly keys: Float64Array,
    readonly offsets: Float64Array,
  ) {}

  get count(): number {
    return this.keys.length;
  }

  /** The offset of the record with this key; undefined where there is none. */
  offsetOf(key: number): number | undefined {
    let [lo, hi] = [0, this.keys.length];
    while (lo < hi) {
      const middle = (lo + hi) >> 1;
      if (this.keys[middle] < key) lo = middle + 1;
      else hi = middle;
    }
    return this.keys[lo] === key ? this.offsets[lo] : undefined;
  }
}

/**
 * Counts the records of a file that are whole, whose keys are then 0, 1, 2 …; for files that came without an `.idx`. Throws as
 * {@link findRecords} does.
 */
export function scanIndex(source: ByteSource): { index: RecordIndex; damaged: readonly DamagedPlace[] } {
  const { offsets, damaged } = findRecords(source);
  const keys = Float64Array.from(offsets, (_, i) => i);
  return { index: new RecordIndex(keys, Float64Array.from(offsets)), damaged };
}

/** Reads an `.idx` file: lines of `key<tab>offset`. Throws a UserError that names a line that is not one. */
export function readIndex(path: string): RecordIndex {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UserError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code}); check the path.`);
  }
  return parseIndex(bytes, path);
}

/** The index in the bytes of an `.idx` file; `name` is what error messages call it. */
export function parseIndex(bytes: Uint8Array, name: string): RecordIndex {
  const [TAB, NEWLINE, RETURN, ZERO] = [9, 10, 13, 48];
  const numbers: number[] = [];
  let line = 1;
  let value = -1;
  const refuse = (): never => {
    throw new UserError(
      `${name}, line ${line}: expected a key, a tab and an offset; get the file again, or delete it to have the .rec scanned.`,
    );
  };
  for (let i = 0; i <= bytes.length; i++) {
    const byte = i < bytes.length ? bytes[i] : NEWLINE;
    if (byte >= ZERO && byte < ZERO + 10) {
      value = Math.max(value, 0) * 10 + (byte - ZERO);
      if (value > Number.MAX_SAFE_INTEGER) refuse();
    } else if (byte === TAB || byte === NEWLINE) {
      // An empty line (the file's last one) has no numbers; any other has two.
      const empty = byte === NEWLINE && value < 0 && numbers.length % 2 === 0;
      if (!empty && (value < 0 || (numbers.length % 2 === 1) !== (byte === NEWLINE))) refuse();
      if (!empty) numbers.push(value);
      value = -1;
      if (byte === NEWLINE) line++;
    } else if (byte !== RETURN) refuse();
  }
  const count = numbers.length / 2;
  if (count === 0)
    throw new UserError(`${name} is empty; get the file again, or delete it to have the .rec scanned.`);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  if (order.some((i) => i > 0 && numbers[2 * i] <= numbers[2 * i - 2]))
    order.sort((i, j) => numbers[2 * i] - numbers[2 * j]);
  const keys = Float64Array.from(order, (i) => numbers[2 * i]);
  const twice = keys.findIndex((key, i) => i > 0 && key === keys[i - 1]);
  if (twice > 0)
    throw new UserError(`${name} has the key ${keys[twice]} twice; delete it to have the .rec scanned.`);
  return new RecordIndex(
    keys,
    Float64Array.from(order, (i) => numbers[2 * i + 1]),
  );
}
