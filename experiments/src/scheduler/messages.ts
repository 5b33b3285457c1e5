import type { Failure } from '@id3/core/child';
import type { Entry } from '@id3/tracking';
import type { TrackedTask } from './workers.ts';

/** What a worker is told once, before its first task. */
export interface WorkerSetup {
  /** URL of the module that exports `STAGES`. */
  readonly registry: string;
  /** The database that it writes to; without one it sends what it has to say of a run. */
  readonly database?: string;
  /** The folder of all results. */
  readonly root: string;
  readonly engine: string;
  /** Compute threads. */
  readonly threads: number;
  /** How often a training saves its state. */
  readonly checkpointSeconds: number;
}

export type ToWorker =
  | { type: 'setup'; setup: WorkerSetup }
  | { type: 'task'; task: TrackedTask }
  /** To write what a finished stage's folder says into its run's record. */
  | { type: 'record'; stage: string; folder: string; run: number }
  /** To save the state of the task and end it. */
  | { type: 'stop' };

export type FromWorker =
  | { type: 'progress'; step: number; steps: number; loss?: number }
  /** Which engine computes, and why others were passed over. */
  | { type: 'engine'; description: string }
  | { type: 'warning'; sentence: string }
  | { type: 'entries'; run: number; entries: readonly Entry[] }
  /** The task has ended before its end, as it was asked to. */
  | { type: 'stopped' }
  /** The task is done; `rss` is the process's resident memory in bytes. */
  | { type: 'done'; rss: number }
  | ({ type: 'failed' } & Failure);
