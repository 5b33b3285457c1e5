import type { Task } from '../stages/task.ts';

/** A task, and the tracking run that what it logs belongs to. */
export interface TrackedTask extends Task {
  readonly run: number;
}

/** What is told of a task while it runs. */
export interface TaskListener {
  /** It runs in the process with this pid of this host. */
  started(pid: number): void;
  progress(step: number, steps: number, loss?: number): void;
  /** Which engine computes, and why others were passed over. */
  engine(description: string): void;
  /** What the task has to say to the person at the keyboard. */
  warning(sentence: string): void;
}

/** Processes that run tasks while the scheduler waits for them. */
export interface Workers {
  /** How many tasks run at once, and into how many parts a stage is split at most. */
  readonly slots: number;
  /**
   * Runs a task to its end; the scheduler asks for no more than `slots` at once. Rejects with a ChildFailure where the
   * task fails or its process dies, and with what the listener throws.
   */
  run(task: TrackedTask, listener: TaskListener): Promise<void>;
  /** Ends whatever runs. Resolves when it is gone. */
  close(): Promise<void>;
}
