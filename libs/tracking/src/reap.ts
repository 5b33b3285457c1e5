import { and, eq } from 'drizzle-orm';
import type { Connection } from './connection.ts';
import { isAlive, type ProcessIdentity } from './liveness.ts';
import { runs, type RunStatus } from './schema.ts';

/** A silent run of another host counts as dead after this long; native compute may block its timers for a while. */
const SILENCE_MS = 60_000;

/** What is to be known of a run to tell whether its process lives. */
export interface Mortal extends ProcessIdentity {
  readonly status: RunStatus;
  readonly heartbeatAt: number;
  /** The cluster's job that computes it; null where it is a process of this workbench alone. */
  readonly job: string | null;
}

/** Whether a run that says it is running has lost its process. Of a job, who asks the cluster writes what it says. */
export function isGone(run: Mortal): boolean {
  if (run.status !== 'running' || run.job !== null) return false;
  return !(isAlive(run) ?? Date.now() - run.heartbeatAt < SILENCE_MS);
}

/** A run as it is now: one whose process has died is `interrupted`, whatever it said last. */
export const asItIs = <R extends Mortal & { finishedAt: number | null }>(run: R): R =>
  isGone(run) ? { ...run, status: 'interrupted', finishedAt: run.heartbeatAt } : run;

/**
 * Marks as `interrupted` every run that says it is running but whose process has ended. On the
 * host of the run the process itself is asked; elsewhere the age of the last heartbeat decides,
 * and a run wrongly given up sets itself to `running` again.
 */
export function reapInterrupted(database: Connection): void {
  const running = database.db.select().from(runs).where(eq(runs.status, 'running')).all();
  for (const run of running) {
    if (!isGone(run)) continue;
    database.write((db) =>
      db
        .update(runs)
        .set({ status: 'interrupted', finishedAt: run.heartbeatAt })
        .where(and(eq(runs.id, run.id), eq(runs.status, 'running')))
        .run(),
    );
  }
}
