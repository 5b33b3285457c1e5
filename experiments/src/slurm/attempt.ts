import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode, explainFileError, makeFolder } from '@id3/core';
import { isDone } from '../scheduler/done.ts';
import { LOCK_FILE, livingHolder } from '../scheduler/lock.ts';
import { makeOnce } from './records.ts';

/** Thrown by an attempt whose work another one has taken over. */
export class Superseded extends Error {}

const LEASE = /^lease-(\d+)$/;

/**
 * One job's try at a piece of work. The newest try owns the work: Slurm starts another copy where it takes the first for dead, which may
 * compute on. Each works in a folder of its own beside the result's, so that the one that lost can spoil nothing, and only the owner
 * renames its folder into place. A try goes on from the files of the one before it, which are never written in place.
 */
export class Attempt {
  private constructor(
    private readonly leases: string,
    private readonly number: number,
    /** Where its files go. */
    readonly folder: string,
    private readonly target: string,
  ) {}

  /**
   * Takes over a piece of work.
   * @param leases the folder of its leases; @param target its result's folder
   * @param from what to begin with where there was no try before, such as what another executor left
   */
  static take(leases: string, target: string, about: object, from?: string): Attempt {
    let number = newest(leases);
    do number++;
    while (!makeOnce(leases, `lease-${number}`, about));
    const folder = workFolder(target, number);
    rmSync(folder, { recursive: true, force: true });
    makeFolder(folder);
    const before =
      [number - 1, number - 2].map((n) => workFolder(target, n)).find((path) => existsSync(path)) ?? from;
    if (before !== undefined && existsSync(before)) adopt(before, folder);
    return new Attempt(leases, number, folder, target);
  }

  /** Whether a later try has taken over. */
  get isSuperseded(): boolean {
    return newest(this.leases) > this.number || existsSync(join(this.leases, `lease-${this.number + 1}`));
  }

  /** Puts the folder in the result's place. Throws {@link Superseded} where it is not this try's any more. */
  async publish(): Promise<void> {
    for (;;) {
      if (this.isSuperseded) throw new Superseded();
      // A scheduler of this machine computes there now: its result is the same.
      while (!isDone(this.target) && livingHolder(join(this.target, LOCK_FILE)) !== undefined)
        await sleep(500);
      if (isDone(this.target)) break;
      try {
        renameSync(this.folder, this.target);
        break;
      } catch (error) {
        if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? ''))
          throw explainFileError(error, this.target);
        this.putAside();
      }
    }
    this.forget();
  }

  /** Removes the files of this try alone. */
  discard(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Removes what this try and those before it left beside the result. */
  private forget(): void {
    for (let n = 1; n <= this.number; n++)
      rmSync(workFolder(this.target, n), { recursive: true, force: true });
  }

  /** Moves away what lies unfinished in the result's place. */
  private putAside(): void {
    const aside = `${this.target}.old-${this.number}`;
    renameSync(this.target, aside);
    rmSync(aside, { recursive: true, force: true });
  }
}

const workFolder = (target: string, number: number): string =>
  join(dirname(target), `${basename(target)}.try-${number}`);

function newest(leases: string): number {
  try {
    return Math.max(0, ...readdirSync(leases).map((name) => Number(LEASE.exec(name)?.[1] ?? 0)));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 0;
    throw error;
  }
}

/** Files that are not results, or not whole. */
const isLeft = (name: string): boolean => name === LOCK_FILE || name === 'done.json' || name.endsWith('.tmp');

/** Takes a folder's files into another, without copying where the disk can: stages replace files and never change them. */
export function adopt(from: string, to: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      mkdirSync(target, { recursive: true });
      adopt(source, target);
    } else if (!isLeft(entry.name)) link(source, target);
  }
}

function link(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch (error) {
    const code = errorCode(error);
    // What a living owner replaces this moment, and what another part has as well.
    if (code === 'ENOENT' || code === 'EEXIST') return;
    // File systems without links.
    if (['EPERM', 'ENOTSUP', 'EXDEV', 'EMLINK', 'ENOSYS'].includes(code ?? '')) copyFileSync(source, target);
    else throw explainFileError(error, target);
  }
}
