import type { StageInputs } from '../stages/stage.ts';

/** A stage, or one part of it, for a worker to run. Plain data: it crosses to another process. */
export interface Task {
  readonly stage: string;
  /** Whether to run a part, or what comes once after all parts. */
  readonly phase: 'run' | 'finish';
  readonly inputs: StageInputs;
  readonly folder: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly part: number;
  readonly parts: number;
  /** The tracking run to log to. */
  readonly run: number;
}

/** What a worker is told once, before its first task. */
export interface WorkerSetup {
  /** URL of the module that exports `STAGES`. */
  readonly registry: string;
  readonly database: string;
  readonly engine: string;
  readonly threads: number;
  /** How often a training saves its state. */
  readonly checkpointSeconds: number;
}

export type ToWorker = { type: 'setup'; setup: WorkerSetup } | { type: 'task'; task: Task };

export type FromWorker =
  | { type: 'progress'; step: number; steps: number; loss?: number }
  /** Which engine computes, and why others were passed over. */
  | { type: 'engine'; description: string }
  /** The task is done; `rss` is the process's resident memory in bytes. */
  | { type: 'done'; rss: number }
  /** The task failed; `mendable` where the message is for the person at the keyboard and needs no stack. */
  | { type: 'failed'; message: string; mendable: boolean };
