import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { RunStore } from './entries.ts';

/** The store of runs that can also be asked; `Database` is the one that there is. */
export interface Connection extends RunStore {
  readonly db: BetterSQLite3Database;
  /** Runs a write transaction; other processes wait for it. Throws a UserError where the disk refuses. */
  write<T>(action: (db: BetterSQLite3Database) => T): T;
}
