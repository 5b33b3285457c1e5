import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError, firstLine } from '@id3/core';
import type BetterSqlite from 'better-sqlite3';
import type { Query } from 'drizzle-orm';
import { drizzle, type BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import journal from '../migrations/meta/_journal.json' with { type: 'json' };
import { sqliteCode } from './errors.ts';
import { openSqlite } from './sqlite.ts';

/** Reads wait this long for a lock: a reader that serves people must not hang. */
const BUSY_TIMEOUT_MS = 1_000;

/** Anything with a drizzle handle that the queries can read from. */
export interface Readable {
  readonly db: BetterSQLite3Database;
}

/** Why a database cannot be read: it is not there (yet), is held, or does not have the schema of this code. */
export type ProblemKind = 'missing' | 'empty' | 'locked' | 'older' | 'newer' | 'foreign' | 'damaged';

/** A database that cannot be read as it is, in a sentence that says what to do. */
export class DatabaseProblem extends UserError {
  override name = 'DatabaseProblem';
  constructor(
    readonly kind: ProblemKind,
    message: string,
  ) {
    super(message);
  }
}

/** A connection that changes neither results nor schema; opened read-only unless a person's notes are to be written. */
export class Reader implements Readable {
  readonly db: BetterSQLite3Database;

  constructor(
    readonly path: string,
    private readonly sqlite: BetterSqlite.Database,
  ) {
    this.db = drizzle(sqlite);
  }

  /** The folder that artefact paths are relative to. */
  get root(): string {
    return dirname(this.path);
  }

  /** SQLite's counter of commits by other connections: equal numbers mean that nothing was written between. */
  get version(): number {
    return Number(this.sqlite.pragma('data_version', { simple: true }));
  }

  /** Runs a read transaction: all queries in it see the same state, whatever is written meanwhile. */
  read<T>(action: () => T): T {
    return this.sqlite.transaction(action)();
  }

  /** The rows of a query one at a time, each an array of SQLite's values. */
  iterate({ sql, params }: Query): IterableIterator<unknown[]> {
    return this.sqlite
      .prepare<unknown[], unknown[]>(sql)
      .raw()
      .iterate(...params);
  }

  /** Runs a write transaction. */
  write<T>(action: (db: BetterSQLite3Database) => T): T {
    return this.sqlite.transaction(() => action(this.db)).immediate();
  }

  close(): void {
    this.sqlite.close();
  }
}

/**
 * Opens an existing tracking database as it is: nothing is created, migrated or marked. A finished one is also read where its folder
 * may not be written. Throws a
 * {@link DatabaseProblem} where it is missing, empty, locked, of another schema or no tracking database at all.
 */
export function openReader(path: string, { writable = false }: { writable?: boolean } = {}): Reader {
  if (!existsSync(path))
    throw new DatabaseProblem(
      'missing',
      `There is no database at ${path} yet; a run of an experiment makes it.`,
    );
  const stat = statSync(path);
  if (!stat.isFile())
    throw new DatabaseProblem(
      'foreign',
      `${path} is no file; name the database itself, such as its tracking.sqlite.`,
    );
  if (stat.size === 0)
    throw new DatabaseProblem(
      'empty',
      `The database ${path} is empty: it is being made, or its making was cut short; run an experiment again.`,
    );
  const options = { readonly: !writable, fileMustExist: true, timeout: BUSY_TIMEOUT_MS };
  return orProblem(path, () => {
    try {
      return readerOf(openSqlite(path, options), path);
    } catch (error) {
      const unwritable = /^SQLITE_(READONLY|CANTOPEN)/.test(sqliteCode(error) ?? '');
      if (writable || !unwritable || !isFinished(path)) throw error;
      return readerOf(openSqlite(imageOf(path), { readonly: true }), path);
    }
  });
}

function readerOf(sqlite: BetterSqlite.Database, path: string): Reader {
  try {
    sqlite.pragma('foreign_keys = ON');
    checkSchema(sqlite, path);
    return new Reader(path, sqlite);
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

/** Whether all of a database is in its file: no writer has left or keeps a log beside it. */
const isFinished = (path: string): boolean =>
  (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0;

/**
 * A database's bytes, marked as without a write-ahead log. With one SQLite writes beside the file even to read it, and its way around that (`immutable=1`)
 * better-sqlite3 leaves out.
 */
function imageOf(path: string): Buffer {
  const bytes = readFileSync(path);
  // The versions for writing and reading (SQLite's file format, 1.3.3): 1 is the rollback journal, 2 the log.
  bytes.fill(1, 18, 20);
  return bytes;
}

/** Runs an operation on a database, with SQLite's errors as a {@link DatabaseProblem}. */
export function orProblem<T>(path: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw problemOf(error, path) ?? error;
  }
}

function problemOf(error: unknown, path: string): DatabaseProblem | undefined {
  const code = sqliteCode(error);
  if (code === undefined) return undefined;
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
    return new DatabaseProblem(
      'locked',
      `The database ${path} is locked by another program; close that program or wait for it.`,
    );
  if (code === 'SQLITE_NOTADB')
    return new DatabaseProblem(
      'foreign',
      `${path} is not an SQLite database; name the right file or move it away.`,
    );
  if (
    code.startsWith('SQLITE_CORRUPT') ||
    code.startsWith('SQLITE_IOERR_SHORT_READ') ||
    code === 'SQLITE_ERROR'
  )
    return new DatabaseProblem(
      'damaged',
      `The database ${path} is damaged or only half written (${firstLine(error)}); restore a copy, or move it away to start a new one.`,
    );
  if (
    code.startsWith('SQLITE_CANTOPEN') ||
    code.startsWith('SQLITE_READONLY') ||
    code.startsWith('SQLITE_PERM')
  )
    return new DatabaseProblem(
      'locked',
      `The database ${path} cannot be opened; make it readable for this user.`,
    );
  return undefined;
}

function checkSchema(sqlite: BetterSqlite.Database, path: string): void {
  const tables = sqlite.prepare(`select name from sqlite_master where type = 'table'`).pluck().all();
  if (tables.length === 0)
    throw new DatabaseProblem(
      'empty',
      `The database ${path} has no tables: it is being made, or its making was cut short; run an experiment again.`,
    );
  if (!tables.includes('__drizzle_migrations'))
    throw new DatabaseProblem('foreign', `${path} is another program's database; name the right file.`);
  const applied = sqlite.prepare('select created_at from __drizzle_migrations').pluck().all().map(Number);
  const known = journal.entries.map((entry) => entry.when);
  if (applied.some((time) => !known.includes(time)))
    throw new DatabaseProblem(
      'newer',
      `The database ${path} was written by a newer version of this workbench; update the code.`,
    );
  if (known.some((time) => !applied.includes(time)))
    throw new DatabaseProblem(
      'older',
      `The database ${path} was written by an older version of this workbench; \`npx nx run tools:migrate --database=${path}\` brings it up to date.`,
    );
}
