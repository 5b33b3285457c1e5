import { statSync, type Stats } from 'node:fs';
import { errorCode, explainFileError, UserError } from '@id3/core';

/** What lies where a file is to be written, if anything. Throws a UserError where that is a folder, or none can be there. */
export function atOutFile(path: string): Stats | undefined {
  let found: Stats;
  try {
    // With `throwIfNoEntry: false` some versions of Node are silent below a file, too.
    found = statSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw explainFileError(error, path);
  }
  if (found.isDirectory()) throw new UserError(`${path} is a folder; name the file to write by --out.`);
  return found;
}
