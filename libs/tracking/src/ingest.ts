import { closeSync, openSync, readSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '@id3/core';
import { eq } from 'drizzle-orm';
import type { Database } from './database.ts';
import { isHead, readLine } from './journal.ts';
import { jobs, journals } from './schema.ts';

/** Of one journal so many bytes are read at once: what is in memory, whatever its length. */
const CHUNK_BYTES = 1 << 20;
/** About so many bytes of journals become one transaction. */
const BATCH_BYTES = 4 << 20;
/** Journals end with it. */
const SUFFIX = '.journal';

/** What was taken from journals. */
export interface Taken {
  readonly lines: number;
  /** Lines that could not be read, and were left out. */
  readonly broken: number;
  /** Journals of runs that this database does not have. */
  readonly foreign: number;
}

/**
 * Takes what jobs have appended to the journals of a folder into the database, each line exactly once and in the journal's order:
 * how far a journal is taken is written in the same transaction. A last line without its end is left for later. May be stopped
 * at any moment, and run by several processes at once.
 */
export function ingest(database: Database, folder: string): Taken {
  const total = { lines: 0, broken: 0, foreign: 0 };
  let names = namesIn(folder);
  while (names.length > 0) {
    const left: string[] = [];
    database.write(() => {
      let bytes = 0;
      for (const name of names) {
        if (bytes >= BATCH_BYTES) {
          left.push(name);
          continue;
        }
        const taken = takeFrom(database, folder, name);
        bytes += taken.bytes;
        total.lines += taken.lines;
        total.broken += taken.broken;
        total.foreign += taken.isForeign ? 1 : 0;
        if (taken.isMore) left.push(name);
      }
    });
    names = left;
  }
  return total;
}

/** The journals of a folder that have more than was taken from them would show only by their size: all of them. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(SUFFIX))
      .sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

export const journalName = (name: string): string => `${name}${SUFFIX}`;

/** Takes a chunk of one journal, inside a transaction. */
function takeFrom(database: Database, folder: string, name: string) {
  const { db } = database;
  const nothing = { bytes: 0, lines: 0, broken: 0, isForeign: false, isMore: false };
  const known = db.select().from(journals).where(eq(journals.name, name)).get();
  const path = join(folder, name);
  const from = known?.bytes ?? 0;
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= from) return nothing;
  const run = runOf(path);
  if (run === undefined) return nothing;
  const job = db.select({ token: jobs.token }).from(jobs).where(eq(jobs.runId, run.run)).get();
  if (job?.token !== run.token) return { ...nothing, isForeign: known === undefined };
  const { lines, bytes } = linesFrom(path, from);
  let broken = 0;
  for (const text of lines) {
    const line = text === '' ? [] : readLine(text);
    if (line === undefined) broken++;
    else if (!isHead(line)) for (const entry of line) database.take(run.run, entry);
  }
  const now = { bytes: from + bytes, broken: (known?.broken ?? 0) + broken };
  db.insert(journals)
    .values({ name, ...now })
    .onConflictDoUpdate({ target: journals.name, set: now })
    .run();
  return { bytes, lines: lines.length, broken, isForeign: false, isMore: bytes > 0 && from + bytes < size };
}

/** The run whose journal it is; undefined where its first line is not whole yet. */
function runOf(path: string) {
  const [first] = linesFrom(path, 0, 4096).lines;
  const head = first === undefined ? undefined : readLine(first);
  return head !== undefined && isHead(head) ? head : undefined;
}

/** The whole lines from a byte on, of a chunk or of as much as one line needs, and the bytes that they take. */
function linesFrom(path: string, from: number, chunk = CHUNK_BYTES): { lines: string[]; bytes: number } {
  const file = openSync(path, 'r');
  try {
    for (let size = chunk; ; size *= 2) {
      const buffer = Buffer.alloc(size);
      const read = readSync(file, buffer, 0, size, from);
      const end = buffer.lastIndexOf(0x0a, read - 1);
      if (read > 0 && end >= 0) return { lines: buffer.toString('utf8', 0, end).split('\n'), bytes: end + 1 };
      if (read < size) return { lines: [], bytes: 0 };
    }
  } finally {
    closeSync(file);
  }
}
