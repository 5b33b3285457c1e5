import { join } from 'node:path';
import { Child, ChildFailure } from '@id3/core/child';
import type { TaskListener, TrackedTask, Workers } from './workers.ts';
import type { FromWorker, ToWorker, WorkerSetup } from './messages.ts';

/** A worker that has grown beyond this many bytes is replaced after its task. */
const RETIRE_RSS = 1.5 * 2 ** 30;
const ENTRY = join(import.meta.dirname, 'worker.ts');

/** Runs tasks on this machine, one at a time in each of `slots` worker processes. */
export class LocalWorkers implements Workers {
  private readonly workers: Worker[];
  private readonly idle: Worker[];

  constructor(
    setup: WorkerSetup,
    readonly slots: number,
  ) {
    this.workers = Array.from({ length: slots }, () => new Worker(setup));
    this.idle = [...this.workers];
  }

  async run(task: TrackedTask, listener: TaskListener): Promise<void> {
    const worker = this.idle.pop();
    if (worker === undefined) throw new Error(`More than ${this.slots} tasks at once.`);
    try {
      await worker.run(task, listener);
    } finally {
      this.idle.push(worker);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
  }
}

/** One worker process, started with its first task and again where it died or grew too large. */
class Worker {
  private child: Child<ToWorker, FromWorker> | undefined;

  constructor(private readonly setup: WorkerSetup) {}

  async run(task: TrackedTask, listener: TaskListener): Promise<void> {
    const child = await this.started();
    if (child.pid !== undefined) listener.started(child.pid);
    const rss = await ask(child, { type: 'task', task }, listener);
    if (rss > RETIRE_RSS) await this.stop();
  }

  async stop(): Promise<void> {
    await this.child?.stop();
    this.child = undefined;
  }

  private async started(): Promise<Child<ToWorker, FromWorker>> {
    if (this.child !== undefined && !this.child.hasEnded) return this.child;
    const child = new Child<ToWorker, FromWorker>(ENTRY, this.setup.threads);
    this.child = child;
    await ask(child, { type: 'setup', setup: this.setup });
    return child;
  }
}

/** Asks a worker and gives the resident memory of its process, in bytes, when it has done what it was asked. */
const ask = (
  child: Child<ToWorker, FromWorker>,
  message: ToWorker,
  listener?: TaskListener,
): Promise<number> =>
  child.ask(message, (reply, answer: (rss: number) => void) => {
    if (reply.type === 'progress') listener?.progress(reply.step, reply.steps, reply.loss);
    else if (reply.type === 'engine') listener?.engine(reply.description);
    else if (reply.type === 'warning') listener?.warning(reply.sentence);
    else if (reply.type === 'entries' || reply.type === 'stopped')
      return; // Of jobs alone.
    else if (reply.type === 'failed') throw new ChildFailure(reply.message, reply.mendable);
    else answer(reply.rss);
  });
