import { statSync, type Stats } from 'node:fs';
import { explainFileError, UserError } from '@id3/core';

/** What lies where a file is to be written, if anything. Throws a UserError where that is a folder, or none can be there. */
export function atOutFile(path: string): Stats | undefined {
  let found: Stats | undefined;
  try {
    found = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw explainFileError(error, path);
  }
  if (found?.isDirectory()) throw new UserError(`${path} is a folder; name the file to write by --out.`);
  return found;
}
