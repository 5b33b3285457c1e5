import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { errorCode, explainFileError } from './errors.ts';

/** Creates a folder and its parents. Throws a UserError where the disk refuses. */
export function makeFolder(path: string): void {
  try {
    makeWithParents(path);
  } catch (error) {
    // Where a parent cannot be made, that is what to speak of.
    throw explainFileError(error, (error as NodeJS.ErrnoException).path ?? path);
  }
}

/** As `mkdirSync` with `recursive`, which never ends in Node 20 where a folder like /proc refuses. */
function makeWithParents(path: string): void {
  const isFolder = () => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isFolder()) return;
  // Below a file, making says ENOTDIR; looking says so on some versions of Node alone.
  if (!existsSync(dirname(path))) makeWithParents(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (errorCode(error) !== 'EEXIST' || !isFolder()) throw error;
  }
}

/**
 * Writes a file so that after a crash either the whole new content is there or the old one:
 * a temporary neighbour is written, flushed to disk and renamed over the target.
 * Content in pieces is written one after another. Throws a UserError where the disk is full or refuses.
 */
export function writeFileAtomic(path: string, content: Uint8Array | string | readonly Uint8Array[]): void {
  const pieces = typeof content === 'string' ? [Buffer.from(content)] : [content].flat();
  // Processes of two machines that share the disk may have one number.
  const temporary = `${path}.${hostname()}-${process.pid}.tmp`;
  makeFolder(dirname(path));
  try {
    const file = openSync(temporary, 'w');
    try {
      for (const bytes of pieces)
        for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw explainFileError(error, path);
  }
}
