import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';

/** What a run writes through; `Database` is the one that there is. */
export interface Connection {
  readonly db: BetterSQLite3Database;
  /** The folder that artefact paths are relative to. */
  readonly root: string;
  /** Runs a write transaction; other processes wait for it. Throws a UserError where the disk refuses. */
  write<T>(action: (db: BetterSQLite3Database) => T): T;
}
