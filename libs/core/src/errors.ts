/**
 * A mistake the person at the keyboard can mend: bad input, a broken file, a full disk.
 * The message is one sentence that says what is wrong, where, and what to do; command-line
 * entry points print it without a stack and exit with 1.
 */
export class UserError extends Error {
  override name = 'UserError';
}

/** The code of an error, such as Node's `ENOENT` or SQLite's `SQLITE_BUSY`; undefined where it has none. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The first line of an error's message, or of whatever else was thrown. */
export const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0];

/** Turns the file-system errors a person can mend into a {@link UserError}; returns others unchanged. */
export function explainFileError(error: unknown, path: string): unknown {
  const code = errorCode(error);
  switch (code) {
    case 'ENOSPC':
      return new UserError(
        `The disk is full: ${path} could not be written; free some space and run the same command again.`,
      );
    // Also of a folder that a system keeps for itself, such as /proc.
    case 'ENOENT':
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return new UserError(
        `${path} cannot be written (${code}); make it writable or name another folder, as with --out.`,
      );
    case 'EEXIST':
      return new UserError(`${path} is there and is no folder; name another folder.`);
    case 'ENOTDIR':
      return new UserError(`${path} lies below a file, which can hold nothing; name another folder.`);
    case 'ENAMETOOLONG':
      return new UserError(`${path} has a longer name than the disk allows; choose a shorter one.`);
    default:
      return error;
  }
}
