import { UserError, errorCode } from '@id3/core';

/** SQLite's code of an error, which drizzle may have wrapped; undefined where the error is none of SQLite's. */
export function sqliteCode(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    const code = errorCode(e);
    if (code?.startsWith('SQLITE_')) return code;
  }
  return undefined;
}

/** Turns SQLite's errors that a person can mend into a {@link UserError}; returns others unchanged. */
export function explainDatabaseError(error: unknown, path: string): unknown {
  const code = errorCode(error);
  if (!code?.startsWith('SQLITE_')) return error;
  if (code === 'SQLITE_NOTADB')
    return new UserError(`${path} is not an SQLite database; move it away, or name another folder or file.`);
  if (code.startsWith('SQLITE_CORRUPT'))
    return new UserError(
      `The database ${path} is damaged; restore a copy or move it away to start a new one.`,
    );
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_WRITE' || code === 'SQLITE_IOERR_SHMSIZE')
    return new UserError(
      `The disk is full: the database ${path} could not grow; free some space and run the same command again.`,
    );
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN'))
    return new UserError(
      `The database ${path} cannot be opened for writing; make its folder writable or name another place.`,
    );
  if (code.startsWith('SQLITE_BUSY'))
    return new UserError(
      `The database ${path} stayed locked by another program for 20 s; close that program and run the same command again.`,
    );
  return error;
}

/** Runs a database operation, with SQLite's errors explained. */
export function explained<T>(path: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw explainDatabaseError(error, path);
  }
}
