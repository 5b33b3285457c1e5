import { UserError, errorCode, firstLine } from '@id3/core';
import type BetterSqlite from 'better-sqlite3';

/**
 * better-sqlite3 13 carries its binaries for every Node from 22 on, but ends Node 20 with a segmentation fault; 12, which npm
 * installs under this name on Node 20 alone, aborts on Node 24.
 */
const DRIVER = Number.parseInt(process.versions.node) < 22 ? 'better-sqlite3-node20' : 'better-sqlite3';

// Left to Node, also where a bundler builds: of the two, one is not there or must not be loaded.
const driver: { default: typeof BetterSqlite } | undefined = await import(
  /* turbopackIgnore: true */ DRIVER
).catch((error) => {
  if (errorCode(error) === 'ERR_MODULE_NOT_FOUND') return undefined;
  throw error;
});

/** How Node says that a native part is not there, or is one for another machine. */
const NO_BINARY = ['MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED'];

/** Opens an SQLite file, or the bytes of one. Throws SQLite's errors, and a UserError where the driver was not installed or compiled for this Node and machine. */
export function openSqlite(path: string | Buffer, options: BetterSqlite.Options = {}): BetterSqlite.Database {
  if (driver === undefined)
    throw new UserError(
      `SQLite is not installed for Node ${process.versions.node}; run npm ci with this Node (on Node 20 it needs python3, make and a C++ compiler: docs/nodes.md).`,
    );
  try {
    return new driver.default(path, options);
  } catch (error) {
    if (!NO_BINARY.includes(errorCode(error) ?? '')) throw error;
    throw new UserError(
      `SQLite has no binary that runs on ${process.platform} ${process.arch} with Node ${process.versions.node} (${firstLine(error)}); compile it as docs/nodes.md says.`,
    );
  }
}
