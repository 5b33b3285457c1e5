import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { listRuns, openReader, orProblem, type Reader } from '@id3/tracking';

/** Where the experiments keep it, below the workspace root. */
export const DEFAULT_DATABASE = 'artefacts/tracking.sqlite';

/** The tracking database: `ID3_DATABASE`, or where the experiments keep it; Next runs two folders below the workspace root. */
export const databasePath = (path = process.env.ID3_DATABASE ?? DEFAULT_DATABASE): string =>
  // What lies there belongs to whoever runs the dashboard, not to its build.
  resolve(/* turbopackIgnore: true */ process.cwd(), '../..', path);

interface Open {
  readonly reader: Reader;
  /** The file that was opened: another one may take its path. */
  readonly file: string;
}

// Next loads this module once for each bundle, and again after a change in development.
declare global {
  var id3Reader: Open | undefined;
}

/** The one read-only connection. Throws a DatabaseProblem where the database cannot be read. */
export function openDatabase(): Reader {
  const path = databasePath();
  const known = globalThis.id3Reader;
  if (known !== undefined && known.file === fileOf(path)) return known.reader;
  known?.reader.close();
  globalThis.id3Reader = undefined;
  const reader = openReader(path);
  globalThis.id3Reader = { reader, file: fileOf(path)! };
  return reader;
}

/** Opens the database for a person's notes, and closes it. Throws a DatabaseProblem. */
export function writeToDatabase<T>(action: (writer: Reader) => T): T {
  const path = databasePath();
  const writer = openReader(path, { writable: true });
  try {
    return orProblem(path, () => action(writer));
  } finally {
    writer.close();
  }
}

/**
 * Changes whenever a page may show something else: SQLite's count of commits, and which runs' processes live,
 * for a killed process writes nothing. Costs a look at the running runs alone.
 */
export function changeCounter(reader: Reader): string {
  const running = listRuns(reader, { statuses: ['running'] }).map((run) => run.id);
  return [fileOf(reader.path), reader.version, ...running].join('.');
}

function fileOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}-${ino}`;
  } catch {
    return undefined;
  }
}
