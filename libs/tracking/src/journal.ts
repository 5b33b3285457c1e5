import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError, explainFileError, makeFolder, sha256 } from '@id3/core';
import type { Entry, MetricRow, RunStore } from './entries.ts';

// A journal is a text file that one process appends to, in the place of a database that several machines must not write.
// Each line is a checksum, a space and JSON: first whose run it is, then lists of entries.

/** Raised where lines change their meaning. */
const VERSION = 1;
const FSYNC_MS = 2_000;
const CHECK_DIGITS = 12;

/** Whose entries a journal holds. */
export interface JournalHead {
  readonly journal: typeof VERSION;
  readonly run: number;
  /** Of the run's job in the database, which tells it from another database's run. */
  readonly token: string;
}

/** What a line says. */
export type JournalLine = JournalHead | readonly Entry[];

export const isHead = (line: JournalLine): line is JournalHead => 'journal' in line;

/** A journal that this process writes. Lines reach the disk at the latest two seconds after the next one. */
export class Journal implements RunStore {
  private readonly file: number;
  private syncedAt = Date.now();
  private isTorn = false;

  /** @param path of a new file */
  constructor(
    private readonly path: string,
    readonly root: string,
    about: Omit<JournalHead, 'journal'>,
  ) {
    makeFolder(dirname(path));
    this.file = this.explained(() => openSync(path, 'ax'));
    this.append({ journal: VERSION, ...about });
  }

  /** Throws a UserError where the disk is full: the line is then lost, and those after it are not. */
  record(_run: number, entries: readonly Entry[]): void {
    this.append(entries);
    if (Date.now() - this.syncedAt >= FSYNC_MS) this.sync();
  }

  sync(): void {
    this.explained(() => fsyncSync(this.file));
    this.syncedAt = Date.now();
  }

  close(): void {
    try {
      this.sync();
    } finally {
      closeSync(this.file);
    }
  }

  private append(line: JournalLine): void {
    const bytes = Buffer.from(`${this.isTorn ? '\n' : ''}${lineOf(line)}`);
    this.isTorn = true;
    this.explained(() => {
      for (let done = 0; done < bytes.length;) done += writeSync(this.file, bytes, done);
    });
    this.isTorn = false;
  }

  private explained<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw explainFileError(error, this.path);
    }
  }
}

/** A line as it is written, with its end. */
export function lineOf(line: JournalLine): string {
  const json = JSON.stringify(isHead(line) ? line : line.map(packed));
  return `${checkOf(json)} ${json}\n`;
}

/**
 * What a line without its end says; undefined where it is torn or was changed. Throws a UserError where a newer version wrote it.
 */
export function readLine(text: string): JournalLine | undefined {
  const json = text.slice(CHECK_DIGITS + 1);
  if (text[CHECK_DIGITS] !== ' ' || checkOf(json) !== text.slice(0, CHECK_DIGITS)) return undefined;
  // Its checksum says that we wrote it.
  const line = JSON.parse(json) as JournalHead | PackedEntry[];
  if (!('journal' in line)) return line.map(unpacked);
  if (line.journal === VERSION) return line;
  throw new UserError(
    'A job wrote its journal with another version of the workbench; take it in with that version, or run the job again.',
  );
}

const checkOf = (json: string): string => sha256(json).slice(0, CHECK_DIGITS);

/** JSON knows no infinities: they are written as texts. */
type PackedRow = [string, number, number | string | null, number];
type PackedEntry = Exclude<Entry, { kind: 'metrics' | 'summary' }> | Packed;
interface Packed {
  kind: 'metrics' | 'summary';
  rows: PackedRow[];
}

const packed = (entry: Entry): PackedEntry =>
  'rows' in entry
    ? {
        kind: entry.kind,
        rows: entry.rows.map(([key, step, value, time]) => [
          key,
          step,
          value !== null && !Number.isFinite(value) ? String(value) : value,
          time,
        ]),
      }
    : entry;

const unpacked = (entry: PackedEntry): Entry =>
  'rows' in entry
    ? {
        kind: entry.kind,
        rows: entry.rows.map(([key, step, value, time]): MetricRow => [
          key,
          step,
          typeof value === 'string' ? Number(value) : value,
          time,
        ]),
      }
    : entry;
