import { FileWriter, UserError } from '@id3/core';
import type { ByteSource } from './byte-source.ts';

/**
 * MXNet RecordIO (dmlc-core, `include/dmlc/recordio.h`). A record is one part, or several where its data holds the magic
 * number at a multiple of 4 bytes: there the data is cut and the magic number left out. A part is
 * - u32 magic number,
 * - u32 whose upper 3 bits say which part (0 whole record, 1 first, 2 middle, 3 last) and whose lower 29 bits its length,
 * - the data, padded with zeros to a multiple of 4 bytes;
 * all little-endian.
 */
const MAGIC = 0xced7230a;
const MAGIC_BYTES = Buffer.from([0x0a, 0x23, 0xd7, 0xce]);
const MAX_PART = 2 ** 29 - 1;
/** No encoded face is larger; a damaged length beyond it is refused before anything is allocated. */
const MAX_RECORD = 1 << 26;
const MAX_PARTS = 1 << 16;
/** In a file with more damaged places nothing is looked for any more. */
const MAX_DAMAGED = 100;
const [WHOLE, FIRST, MIDDLE, LAST] = [0, 1, 2, 3];

export interface StoredRecord {
  /** Where its first part begins. */
  readonly offset: number;
  /** Where the next record begins. */
  readonly next: number;
  /** The caller's own. */
  readonly data: Buffer;
}

const padded = (length: number) => (length + 3) & ~3;

/** A place in a file where a record should be and none can be read. */
export class BrokenRecord extends UserError {
  constructor(
    name: string,
    /** What is wrong there, to follow the file's name. */
    readonly what: string,
    at?: number,
  ) {
    super(
      at === undefined
        ? `${name} ${what}; get the file again.`
        : `${name} ${what} at byte ${at}; get the file again, or its .idx.`,
    );
  }

  /** What is wrong, where the place is named beside it. */
  get why(): string {
    return `it ${this.what.replace(/,$/, '')}`;
  }
}

/** The record that begins at `offset`. Throws a {@link BrokenRecord} that names the byte where it is not one. */
export function readRecord(source: ByteSource, offset: number): StoredRecord {
  const refuse = (what: string, at = offset): never => {
    throw new BrokenRecord(source.name, what, at);
  };
  const parts: Buffer[] = [];
  let length = 0;
  for (let at = offset; ;) {
    if (at < 0 || at + 8 > source.size) refuse('is truncated: no record begins', at);
    const header = source.at(at, 8);
    const magic = header.readUInt32LE(0);
    if (magic !== MAGIC) {
      if (header.readUInt32BE(0) === MAGIC)
        refuse('is big-endian, RecordIO is little-endian: wrong magic number', at);
      refuse('has no RecordIO record (its magic number is missing)', at);
    }
    const lengthAndPart = header.readUInt32LE(4);
    const [part, size] = [lengthAndPart >>> 29, lengthAndPart & MAX_PART];
    if (parts.length === 0 ? part !== WHOLE && part !== FIRST : part !== MIDDLE && part !== LAST)
      refuse(`has part ${part} of a record where ${parts.length === 0 ? 'one begins' : 'it goes on'}`, at);
    length += size + (parts.length > 0 ? 4 : 0);
    if (length > MAX_RECORD || parts.length > 2 * MAX_PARTS)
      refuse(`has a record of more than ${MAX_RECORD} bytes or ${MAX_PARTS} parts`);
    // Some writers leave the padding of the last record away.
    if (at + 8 + size > source.size)
      refuse(`is truncated: ${size} bytes are announced where ${source.size - at - 8} follow,`, at);
    if (parts.length > 0) parts.push(MAGIC_BYTES);
    parts.push(Buffer.from(source.at(at + 8, size)));
    at = Math.min(at + 8 + padded(size), source.size);
    if (part === WHOLE || part === LAST)
      return { offset, next: at, data: parts.length === 1 ? parts[0] : Buffer.concat(parts) };
  }
}

/** All records in file order, in constant memory. Throws as `readRecord` does. */
export function* readRecords(source: ByteSource): Generator<StoredRecord> {
  if (source.size === 0) throw new UserError(`${source.name} is empty; get the file again.`);
  for (let at = 0; at < source.size;) {
    const record = readRecord(source, at);
    yield record;
    at = record.next;
  }
}

/** A place in a file where a record should begin and none can be read, and why. */
export interface DamagedPlace {
  readonly offset: number;
  readonly why: string;
}

/**
 * Where the records that are whole begin, and what lies between them or after them that is none. No record's data holds the magic number at a
 * multiple of 4 bytes, so after a damaged one the next is found by it. Throws a UserError where the file is empty, no record is whole or too many are damaged.
 */
export function findRecords(source: ByteSource): { offsets: number[]; damaged: DamagedPlace[] } {
  if (source.size === 0) throw new UserError(`${source.name} is empty; get the file again.`);
  const offsets: number[] = [];
  const damaged: DamagedPlace[] = [];
  let firstError: BrokenRecord | undefined;
  for (let at = 0; at < source.size;) {
    try {
      const { next } = readRecord(source, at);
      offsets.push(at);
      at = next;
    } catch (error) {
      if (!(error instanceof BrokenRecord)) throw error;
      firstError ??= error;
      damaged.push({ offset: at, why: error.why });
      if (damaged.length > MAX_DAMAGED)
        throw new UserError(
          `${source.name} is damaged in more than ${MAX_DAMAGED} places, such as byte ${damaged[0].offset}; get the file again.`,
        );
      at = nextBeginning(source, at + 4);
    }
  }
  if (offsets.length === 0 && firstError) throw firstError;
  return { offsets, damaged };
}

/** The first place from `from` on where a record may begin, or the file's end. */
function nextBeginning(source: ByteSource, from: number): number {
  const CHUNK = 1 << 16;
  for (let at = from; at + 8 <= source.size; at += CHUNK - 8) {
    const bytes = source.at(at, Math.min(CHUNK, source.size - at));
    for (
      let k = bytes.indexOf(MAGIC_BYTES);
      k >= 0 && k + 8 <= bytes.length;
      k = bytes.indexOf(MAGIC_BYTES, k + 1)
    )
      if ((at + k) % 4 === 0 && bytes.readUInt32LE(k + 4) >>> 29 <= FIRST) return at + k;
  }
  return source.size;
}

/** Writes a RecordIO file record by record. Throws a UserError where the disk refuses. */
export class RecordWriter {
  private readonly file: FileWriter;

  constructor(readonly path: string) {
    this.file = new FileWriter(path);
  }

  /** Appends a record and returns the offset where it begins. */
  append(data: Buffer): number {
    const offset = this.file.length;
    const cuts: number[] = [];
    for (let at = data.indexOf(MAGIC_BYTES); at >= 0; at = data.indexOf(MAGIC_BYTES, at + 1))
      if (at % 4 === 0) cuts.push(at);
    let from = 0;
    [...cuts, data.length].forEach((to, i) => {
      const part = cuts.length === 0 ? WHOLE : i === 0 ? FIRST : i < cuts.length ? MIDDLE : LAST;
      const header = Buffer.alloc(8);
      header.writeUInt32LE(MAGIC, 0);
      header.writeUInt32LE(((part << 29) | (to - from)) >>> 0, 4);
      this.file.append(header);
      this.file.append(data.subarray(from, to));
      this.file.append(Buffer.alloc(padded(to - from) - (to - from)));
      from = to + 4;
    });
    return offset;
  }

  close(): void {
    this.file.close();
  }
}
