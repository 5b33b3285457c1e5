import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { UserError } from '@id3/core';

/** Bytes that are read in pieces, so that a file of any size takes no more memory than a piece. */
export interface ByteSource {
  /** What error messages call it. */
  readonly name: string;
  readonly size: number;
  /** A view of `length` bytes from `offset` on, valid until the next call; the range must lie within the source. */
  at(offset: number, length: number): Buffer;
  close(): void;
}

/** Bytes in memory as a source. */
export function memorySource(bytes: Uint8Array, name: string): ByteSource {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    name,
    size: buffer.length,
    at: (offset, length) => buffer.subarray(offset, offset + length),
    close: () => {},
  };
}

/**
 * A file as a source, read `readAhead` bytes at a time: a MiB suits reading in order, some KiB reading at random.
 * Throws a UserError where it cannot be opened.
 */
export function fileSource(path: string, readAhead = 1 << 20): ByteSource {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw new UserError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code}); check the path.`);
  }
  const stat = fstatSync(file);
  if (!stat.isFile()) {
    closeSync(file);
    throw new UserError(`${path} is no file; check the path.`);
  }
  const { size } = stat;
  let window = Buffer.alloc(0);
  let start = 0;
  return {
    name: path,
    size,
    at(offset, length) {
      if (offset < start || offset + length > start + window.length) {
        const wanted = Math.min(Math.max(length, readAhead), size - offset);
        if (window.buffer.byteLength < wanted || window.buffer.byteLength > 2 * Math.max(wanted, readAhead))
          window = Buffer.from(new ArrayBuffer(Math.max(wanted, readAhead)));
        const buffer = Buffer.from(window.buffer, 0, wanted);
        let filled = 0;
        while (filled < wanted) {
          const read = readSync(file, buffer, filled, wanted - filled, offset + filled);
          if (read === 0) throw new UserError(`${path} became shorter while it was read; try again.`);
          filled += read;
        }
        [window, start] = [buffer, offset];
      }
      return window.subarray(offset - start, offset - start + length);
    },
    close: () => closeSync(file),
  };
}
