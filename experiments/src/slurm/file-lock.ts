import { randomBytes } from 'node:crypto';
import { linkSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode, makeFolder } from '@id3/core';
import { isAlive, thisProcess, type ProcessIdentity } from '@id3/tracking';
import { makeOnce, readJson } from './records.ts';

const BEAT_MS = 5_000;
/** Of a process of another machine: so long without a beat it is taken for dead. */
const SILENCE_MS = 60_000;
const POLL_MS = 200;

type Holder = ProcessIdentity & { readonly token: string };

/** A lock that processes of several machines keep: a file that one of them can make. */
export class FileLock {
  private readonly beat: NodeJS.Timeout;

  private constructor(
    private readonly path: string,
    private readonly token: string,
  ) {
    this.beat = setInterval(() => touch(path), BEAT_MS).unref();
  }

  /** Takes the lock, also from a holder that has died; undefined where another process has it. */
  static take(path: string): FileLock | undefined {
    const token = randomBytes(8).toString('hex');
    const make = () => makeOnce(dirname(path), basename(path), { ...thisProcess(), token });
    if (make()) return new FileLock(path, token);
    const holder = readJson<Holder>(path);
    if (holder !== undefined) {
      if (!hasDied(holder, path) || !remove(path, holder.token)) return undefined;
    }
    return make() ? new FileLock(path, token) : undefined;
  }

  /** Does something while no other process does anything under this lock. */
  static async during<T>(path: string, action: () => Promise<T> | T): Promise<T> {
    let lock: FileLock | undefined;
    while ((lock = FileLock.take(path)) === undefined) await sleep(POLL_MS);
    try {
      return await action();
    } finally {
      lock.release();
    }
  }

  release(): void {
    clearInterval(this.beat);
    remove(this.path, this.token);
  }
}

const hasDied = (holder: Holder, path: string): boolean =>
  !(isAlive(holder) ?? serverNow(path) - (mtime(path) ?? 0) < SILENCE_MS);

/** Removes the lock where it is still that of this token; gives whether it was. */
function remove(path: string, token: string): boolean {
  const away = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    renameSync(path, away);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
  const isIt = readJson<Holder>(away)?.token === token;
  // Another process was faster, and has the lock by now: it is given back.
  if (!isIt) putBack(away, path);
  rmSync(away, { force: true });
  return isIt;
}

function putBack(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

function touch(path: string): void {
  try {
    const now = new Date(serverNow(path));
    utimesSync(path, now, now);
  } catch {
    // Lost: who has it now goes on.
  }
}

/** The time by the clock of whoever keeps the files, in ms. */
function serverNow(path: string): number {
  const probe = `${path}.clock-${process.pid}-${thisProcess().host}`;
  makeFolder(dirname(path));
  writeFileSync(probe, '');
  try {
    return mtime(probe) ?? Date.now();
  } finally {
    rmSync(probe, { force: true });
  }
}

const mtime = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.mtimeMs;
