import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, mean, sum } from '@id3/core';
import { DISK_BYTES, type Run } from '@id3/tracking';
import type { Failure } from '@id3/core/child';
import type { PlanNode } from '../plan.ts';
import { markDone } from './done.ts';
import { LOCK_FILE, type StageLock } from './lock.ts';

/** A node that this scheduler computes: its folder is locked, its run is open, its parts are under way. */
export class Claim {
  /** Parts that have not ended well. */
  partsLeft: number;
  /** How far each part is. */
  private readonly done: { step: number; steps: number }[];

  constructor(
    readonly node: PlanNode,
    private readonly held: {
      /** Of its results. */
      readonly folder: string;
      readonly run: Run;
      readonly lock: StageLock;
    },
    /** Into so many parts the work is split. */
    readonly parts: number,
  ) {
    this.partsLeft = parts;
    this.done = Array.from({ length: parts }, () => ({ step: 0, steps: 0 }));
  }

  get folder(): string {
    return this.held.folder;
  }

  get run(): Run {
    return this.held.run;
  }

  /** A worker that writes into the folder, and may outlive its scheduler by a moment. */
  heldBy(pid: number): void {
    this.held.lock.addWorker(pid);
  }

  /** Notes how far a part is; gives how far all parts are together. */
  progress(part: number, step: number, steps: number): { step: number; steps: number } {
    this.done[part] = { step, steps };
    const total = (key: 'step' | 'steps') => sum(this.done.map((one) => one[key]));
    const all = { step: total('step'), steps: total('steps') };
    this.run.progress(all.step, all.steps);
    return all;
  }

  /** The share of the work that is done, 0 to 1. */
  get share(): number {
    return mean(this.done.map(({ step, steps }) => (steps === 0 ? 0 : step / steps)));
  }

  /** Marks the result as complete and records it. */
  finish(): void {
    markDone(this.folder, this.node);
    this.node.result.record?.(this.run, this.folder);
    this.run.summary({ [DISK_BYTES]: folderBytes(this.folder) });
    this.run.finish();
    this.held.lock.release();
  }

  fail({ message, mendable }: Failure): void {
    this.run.fail(mendable ? new UserError(message) : message);
    this.held.lock.release();
  }

  /** Leaves the work as it is; it can be resumed. */
  interrupt(): void {
    this.run.interrupt();
    this.held.lock.release();
  }
}

/** What a folder's files have together, but for the lock of whoever computes there. */
export const folderBytes = (folder: string): number =>
  sum(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== LOCK_FILE)
      .map(({ parentPath, name }) => statSync(join(parentPath, name)).size),
  );
