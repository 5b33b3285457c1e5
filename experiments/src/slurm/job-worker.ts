import { join } from 'node:path';
import { Child, ChildFailure } from '@id3/core/child';
import type { Run, RunStore } from '@id3/tracking';
import type { FromWorker, ToWorker } from '../scheduler/messages.ts';

const ENTRY = join(import.meta.dirname, '..', 'scheduler', 'worker.ts');

/** Thrown where a job is to make room, when its state is saved or there is no more time for it. */
export class Leaving extends Error {}

/** The process in which a job computes, while the job's own stays awake. */
export class JobWorker {
  private readonly child: Child<ToWorker, FromWorker>;
  private readonly givenUp: Promise<never>;
  /** Has what is asked, now or later, reject with this error. */
  giveUp!: (error: Error) => void;

  /** @param progress told of how far the task is */
  constructor(
    threads: number,
    private readonly run: Run<RunStore>,
    private readonly store: RunStore,
    private readonly progress: (step: number, steps: number) => void,
  ) {
    this.child = new Child(ENTRY, threads);
    this.givenUp = new Promise((_, reject) => (this.giveUp = reject));
    this.givenUp.catch(() => {});
  }

  /** Rejects with a ChildFailure where the task fails or its process dies, and with {@link Leaving} where it was left as asked. */
  ask(question: ToWorker): Promise<void> {
    const answered = this.child.ask<void>(question, (reply, answer) => this.hear(reply, answer));
    return Promise.race([answered, this.givenUp]);
  }

  /** Asks for the task to be saved and left; after so many milliseconds it is left as it is. */
  leave(graceMs: number): void {
    this.child.tell({ type: 'stop' });
    setTimeout(() => this.giveUp(new Leaving()), graceMs).unref();
  }

  stop(): Promise<void> {
    return this.child.stop();
  }

  private hear(reply: FromWorker, answer: () => void): void {
    if (reply.type === 'progress') this.progress(reply.step, reply.steps);
    else if (reply.type === 'entries') this.store.record(reply.run, reply.entries);
    else if (reply.type === 'engine') console.log(`Engine: ${reply.description}`);
    else if (reply.type === 'warning') {
      console.log(reply.sentence);
      this.run.event('warning', reply.sentence);
    } else if (reply.type === 'stopped') throw new Leaving();
    else if (reply.type === 'failed') throw new ChildFailure(reply.message, reply.mendable);
    else answer();
  }
}
