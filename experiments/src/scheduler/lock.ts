import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '@id3/core';
import { isAlive, processIdentity, thisProcess, type Database, type ProcessIdentity } from '@id3/tracking';

/** In a stage's folder, who computes there. */
export const LOCK_FILE = 'lock.json';

/** The claim of one scheduler and its workers on a stage's folder, while they write there. */
export class StageLock {
  private constructor(
    private readonly path: string,
    private readonly holders: ProcessIdentity[],
  ) {}

  /**
   * Claims a folder, or tells which living process has it. A claim whose processes have all died is
   * taken over. The database's write lock makes looking and claiming one act.
   */
  static acquire(database: Database, folder: string): StageLock | ProcessIdentity {
    const path = join(folder, LOCK_FILE);
    return database.write(() => {
      const holder = livingHolder(path);
      if (holder !== undefined) return holder;
      const lock = new StageLock(path, []);
      lock.add(thisProcess());
      return lock;
    });
  }

  /** Adds a worker, which may outlive its scheduler by a moment. */
  addWorker(pid: number): void {
    const identity = processIdentity(pid);
    if (identity !== undefined && !this.holders.some((holder) => holder.pid === pid)) this.add(identity);
  }

  release(): void {
    rmSync(this.path, { force: true });
  }

  private add(holder: ProcessIdentity): void {
    this.holders.push(holder);
    writeFileAtomic(this.path, JSON.stringify(this.holders));
  }
}

/** A process that holds the lock and lives, as far as this host can know. */
export function livingHolder(path: string): ProcessIdentity | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    // Not claimed, or released this moment: releasing does not take the database's lock.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const holders = JSON.parse(text) as ProcessIdentity[];
  return holders.find((holder) => isAlive(holder) ?? true);
}
