import { firstLine } from '@id3/core';
import { Child, ChildFailure } from '@id3/core/child';
import {
  StudioFailure,
  type FaceEvent,
  type FromStudio,
  type ModelChoice,
  type ToStudio,
} from './messages.ts';
import type { FaceRequest } from './request.ts';

export interface StudioOptions {
  /** The process's module. */
  readonly entry: string;
  /** The tracking database, in whose folder the models lie. */
  readonly database: string;
  /** So long it may have nothing to do. */
  readonly idleMs?: number;
  /** The most that its objects may take; its engine's memory is watched instead. */
  readonly heapMiB?: number;
}

/** Compute threads: one, so that the rest of the machine is left alone, and every machine adds in the same order. */
export const STUDIO_THREADS = 1;

const IDLE_MS = 5 * 60_000;
const HEAP_MIB = 1024;
/** A process that has grown beyond this is replaced after its answer. */
const RETIRE_RSS = 2 * 2 ** 30;
/** Askers that may wait; a page has two at most. */
const MAX_WAITING = 16;

interface Job {
  readonly id: number;
  readonly asker: string;
  perform(child: Child<ToStudio, FromStudio>): Promise<void>;
  reject(error: unknown): void;
}

/**
 * The studio's process: started with the first request, ended when it is idle, started anew after a crash. It does one thing at a time. Of each
 * asker, such as one half of a page, the newest request wins: an older one that waits is dropped, one that runs is stopped after its step.
 */
export class StudioProcess {
  private child: Child<ToStudio, FromStudio> | undefined;
  private readonly waiting = new Map<string, Job>();
  private running: Job | undefined;
  private idle: NodeJS.Timeout | undefined;
  private asked = 0;

  constructor(private readonly options: StudioOptions) {}

  /** The process's id, while there is one. */
  get pid(): number | undefined {
    return this.child?.hasEnded === false ? this.child.pid : undefined;
  }

  /** The models that may be asked for. Rejects with a {@link StudioFailure}. */
  models(): Promise<readonly ModelChoice[]> {
    const id = ++this.asked;
    const { database } = this.options;
    return this.queue(`models ${id}`, id, (child) =>
      ask(
        child,
        { type: 'models', id, database },
        (reply, answer: (models: readonly ModelChoice[]) => void) => {
          if (reply.type === 'models') answer(reply.models);
        },
      ),
    );
  }

  /**
   * Makes faces. `hear` is given previews, and in the end the faces, with which it resolves. Rejects with a {@link StudioFailure}; `signal` says that nobody
   * waits any more.
   */
  faces(
    asker: string,
    request: FaceRequest,
    { hear = () => {}, signal }: { hear?: (event: FaceEvent) => void; signal?: AbortSignal } = {},
  ): Promise<FaceEvent & { kind: 'faces' }> {
    const id = ++this.asked;
    const { database } = this.options;
    const made = this.queue(asker, id, async (child) => {
      type Faces = FaceEvent & { kind: 'faces' };
      const { event, rss } = await ask(
        child,
        { type: 'faces', id, database, request },
        (reply, answer: (last: { event: Faces; rss: number }) => void) => {
          if (reply.type !== 'event') return;
          hear(reply.event);
          if (reply.event.kind === 'faces') answer({ event: reply.event, rss: reply.rss });
        },
      );
      if (rss > RETIRE_RSS) await this.stop();
      return event;
    });
    const leave = () => this.drop(id);
    signal?.addEventListener('abort', leave, { once: true });
    if (signal?.aborted) leave();
    return made.finally(() => signal?.removeEventListener('abort', leave));
  }

  /** Ends the process, if there is one; the next request starts another. */
  async stop(): Promise<void> {
    clearTimeout(this.idle);
    const { child } = this;
    this.child = undefined;
    await child?.stop();
  }

  private queue<A>(
    asker: string,
    id: number,
    action: (child: Child<ToStudio, FromStudio>) => Promise<A>,
  ): Promise<A> {
    if (this.waiting.size >= MAX_WAITING && !this.waiting.has(asker))
      return Promise.reject(
        new StudioFailure('busy', `The studio has ${MAX_WAITING} requests waiting; try again in a moment.`),
      );
    return new Promise((resolve, reject) => {
      const perform = async (child: Child<ToStudio, FromStudio>) => resolve(await action(child));
      const older = this.waiting.get(asker);
      this.waiting.set(asker, { id, asker, perform, reject });
      older?.reject(superseded());
      if (this.running?.asker === asker) this.cancel(this.running);
      void this.work();
    });
  }

  /** Works until nothing waits. */
  private async work(): Promise<void> {
    if (this.running !== undefined) return;
    clearTimeout(this.idle);
    for (let [job] = this.waiting.values(); job !== undefined; [job] = this.waiting.values()) {
      this.waiting.delete(job.asker);
      this.running = job;
      await job.perform(this.started()).catch(job.reject);
      this.running = undefined;
    }
    this.idle = setTimeout(() => void this.stop(), this.options.idleMs ?? IDLE_MS);
    this.idle.unref();
  }

  private drop(id: number): void {
    const job = [...this.waiting.values()].find((one) => one.id === id);
    if (job !== undefined) {
      this.waiting.delete(job.asker);
      job.reject(superseded());
    } else if (this.running?.id === id) this.cancel(this.running);
  }

  private cancel({ id }: Job): void {
    this.child?.tell({ type: 'cancel', id });
  }

  private started(): Child<ToStudio, FromStudio> {
    if (this.child === undefined || this.child.hasEnded)
      this.child = new Child(this.options.entry, STUDIO_THREADS, this.options.heapMiB ?? HEAP_MIB);
    return this.child;
  }
}

const superseded = (): StudioFailure =>
  new StudioFailure('superseded', 'A newer request of this page took the place of this one.');

/** Asks the process; failures that it tells of, and its death, become a {@link StudioFailure}. */
async function ask<A>(
  child: Child<ToStudio, FromStudio>,
  question: ToStudio,
  hear: (reply: FromStudio, answer: (value: A) => void) => void,
): Promise<A> {
  try {
    return await child.ask<A>(question, (reply, answer) => {
      if (reply.id !== question.id) return;
      if (reply.type === 'failed') throw new StudioFailure(reply.kind, reply.message);
      hear(reply, answer);
    });
  } catch (error) {
    if (!(error instanceof ChildFailure)) throw error;
    const what = firstLine(error)
      .replace(/^its process /, '')
      .replace(/ \(.*$/, '');
    throw new StudioFailure('broken', `The studio's process ${what}; the next request starts another.`);
  }
}
