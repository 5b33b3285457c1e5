import { join } from 'node:path';
import type BetterSqlite from 'better-sqlite3';
import { UserError } from '@id3/core';
import { readMigrationFiles } from 'drizzle-orm/migrator';

/**
 * Brings a database to the newest schema this code knows, under SQLite's write lock, so that
 * several processes may open a new database at once. The record is kept in drizzle's own table.
 * Throws a UserError where the database was written by a newer version or by another program.
 */
export function migrate(sqlite: BetterSqlite.Database, path: string): void {
  // Asked for late: a bundler, as the dashboard's, knows no folder of a module.
  const known = readMigrationFiles({ migrationsFolder: join(import.meta.dirname, '..', 'migrations') });
  const apply = sqlite.transaction(() => {
    const tables = sqlite.prepare(`select name from sqlite_master where type = 'table'`).pluck().all();
    if (tables.length > 0 && !tables.includes('__drizzle_migrations'))
      throw new UserError(`${path} is another program's database; name another folder or file.`);
    sqlite.exec(
      'create table if not exists __drizzle_migrations (id integer primary key, hash text not null, created_at numeric)',
    );
    const applied = sqlite.prepare('select created_at from __drizzle_migrations').pluck().all().map(Number);
    const unknown = applied.filter((time) => !known.some((migration) => migration.folderMillis === time));
    if (unknown.length > 0)
      throw new UserError(
        `The database ${path} was written by a newer version of this workbench ` +
          `(it has ${unknown.length} migration(s) unknown here); update the code, or name another folder or file.`,
      );
    const record = sqlite.prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)');
    for (const migration of known) {
      if (applied.includes(migration.folderMillis)) continue;
      for (const statement of migration.sql) sqlite.exec(statement);
      record.run(migration.hash, migration.folderMillis);
    }
  });
  apply.immediate();
}
