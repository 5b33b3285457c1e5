import type { Failure } from '@id3/core/child';
import type { TrackedTask } from './executor.ts';

/** What a worker is told once, before its first task. */
export interface WorkerSetup {
  /** URL of the module that exports `STAGES`. */
  readonly registry: string;
  readonly database: string;
  readonly engine: string;
  /** Compute threads. */
  readonly threads: number;
  /** How often a training saves its state. */
  readonly checkpointSeconds: number;
}

export type ToWorker = { type: 'setup'; setup: WorkerSetup } | { type: 'task'; task: TrackedTask };

export type FromWorker =
  | { type: 'progress'; step: number; steps: number; loss?: number }
  /** Which engine computes, and why others were passed over. */
  | { type: 'engine'; description: string }
  | { type: 'warning'; sentence: string }
  /** The task is done; `rss` is the process's resident memory in bytes. */
  | { type: 'done'; rss: number }
  | ({ type: 'failed' } & Failure);
