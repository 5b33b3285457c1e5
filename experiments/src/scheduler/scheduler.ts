import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { UserError, makeFolder } from '@id3/core';
import type { Database, Run, RunOptions, RunRecord } from '@id3/tracking';
import PQueue from 'p-queue';
import { ChildFailure } from '../child.ts';
import { nodeFolder, type Plan, type PlanNode } from '../plan.ts';
import { isDone, markDone } from './done.ts';
import type { Executor, TrackedTask } from './executor.ts';
import { StageLock } from './lock.ts';
import { urgencies } from './priority.ts';

/** How often a stage that another run computes is looked at again. */
const POLL_MS = 500;

/** What happens while a plan runs, for a display. */
export interface ScheduleListener {
  planned(total: number, cached: number): void;
  started(node: PlanNode): void;
  progress(node: PlanNode, step: number, steps: number, loss?: number): void;
  ended(node: PlanNode, how: 'finished' | 'cached' | 'failed'): void;
  /** A worker computes with this engine. */
  engine(description: string): void;
  /** Another run, process `pid`, computes this node; its result will be used. */
  waiting(node: PlanNode, pid: number): void;
}

export interface ScheduleOptions {
  readonly database: Database;
  /** The experiment's run, the parent of the stages' runs. */
  readonly parent: {
    readonly id: number;
    readonly experiment: string;
    /** Told how far the whole plan is, in seconds that its stages roughly cost. */
    readonly progress?: (done: number, total: number) => void;
  };
  /** Told of the tracking run of each node, as soon as there is one. */
  readonly recorded?: (node: PlanNode, run: RunRecord) => void;
  /** Closed in the end. */
  readonly executor: Executor;
  readonly listener: ScheduleListener;
  /** Aborted when the person at the keyboard asks to stop. */
  readonly signal: AbortSignal;
}

/** Thrown where the person at the keyboard stopped the work. */
export class Interrupted extends Error {}

/** Thrown by the work on a node that is not done, because something before it failed or all work was stopped. */
class Skipped extends Error {}

/** A node claimed by this scheduler, its parts under way. */
interface Claimed {
  readonly node: PlanNode;
  readonly lock: StageLock;
  readonly run: Run;
  readonly parts: Promise<void>[];
  /** How far each part is. */
  readonly done: { step: number; steps: number }[];
}

/**
 * Runs what is missing of the `targets` and of all they need, and gives the tracking run of
 * each node that has a result. Results that exist are used. After the first failure nothing new is started, what
 * runs is finished, and a UserError tells what failed. Throws {@link Interrupted} on the signal.
 */
export async function runPlan(
  plan: Plan,
  targets: readonly PlanNode[],
  options: ScheduleOptions,
): Promise<ReadonlyMap<PlanNode, number>> {
  return new Scheduler(plan, targets, options).run();
}

class Scheduler {
  private readonly urgency: ReadonlyMap<PlanNode, number>;
  /** What was not there at the start. */
  private readonly missing = new Set<PlanNode>();
  private readonly runs = new Map<PlanNode, number>();
  private readonly results = new Map<PlanNode, Promise<void>>();
  private readonly claimed = new Set<Claimed>();
  /** As many tasks at once as the executor takes, the most urgent first. */
  private readonly slots: PQueue;
  /** Aborted where nothing new may start. */
  private readonly stop = new AbortController();
  private failure: string | undefined;
  private closed = false;

  constructor(
    private readonly plan: Plan,
    private readonly targets: readonly PlanNode[],
    private readonly options: ScheduleOptions,
  ) {
    this.urgency = urgencies(plan.nodes);
    this.slots = new PQueue({ concurrency: options.executor.slots });
  }

  async run(): Promise<ReadonlyMap<PlanNode, number>> {
    const { listener, signal, executor } = this.options;
    const need = (node: PlanNode): void => {
      if (this.missing.has(node) || this.isDone(node)) return;
      this.missing.add(node);
      Object.values(node.needs).forEach(need);
    };
    this.targets.forEach(need);
    for (const node of this.plan.nodes) if (this.isDone(node)) this.recordCached(node);
    listener.planned(this.missing.size + this.runs.size, this.runs.size);
    try {
      await Promise.race([interruption(signal), this.all(this.missing)]);
    } finally {
      this.closed = true;
      this.stop.abort();
      await executor.close();
      for (const { run, lock } of this.claimed) {
        run.interrupt();
        lock.release();
      }
    }
    if (this.failure !== undefined) throw new UserError(this.failure);
    return this.runs;
  }

  /** Resolves when every node has a result or is skipped; rejects with an error of the scheduler's own work, such as a full disk. */
  private async all(nodes: Iterable<PlanNode>): Promise<void> {
    const ends = [...nodes].map((node) =>
      this.result(node).catch((error: unknown) => {
        if (!(error instanceof Skipped)) throw error;
      }),
    );
    await Promise.all(ends);
  }

  private result(node: PlanNode): Promise<void> {
    const known = this.results.get(node);
    if (known !== undefined) return known;
    const result = this.runs.has(node) ? Promise.resolve() : this.compute(node);
    this.results.set(node, result);
    return result;
  }

  /** One node: awaits what it needs, claims its folder, runs its parts, finishes. */
  private async compute(node: PlanNode): Promise<void> {
    await Promise.all(Object.values(node.needs).map((need) => this.result(need)));
    while (!this.runs.has(node)) {
      const claimed = await this.inSlot(node, () => this.claim(node));
      if (claimed !== undefined) await this.complete(claimed);
      else if (!this.runs.has(node)) await this.freed(node);
    }
  }

  /** Runs an action when it is the most urgent one and there is room for it. Rejects with Skipped where all has stopped. */
  private inSlot<T>(node: PlanNode, action: () => T | Promise<T>): Promise<T> {
    return this.slots.add(
      async () => {
        if (this.stop.signal.aborted) throw new Skipped();
        return action();
      },
      { priority: this.urgency.get(node) },
    );
  }

  /** Claims a node and queues its parts, unless another run computes it or has just done so. */
  private claim(node: PlanNode): Claimed | undefined {
    const { executor, database, listener } = this.options;
    const folder = this.folder(node);
    makeFolder(folder);
    const lock = StageLock.acquire(database, folder);
    if (!(lock instanceof StageLock)) {
      listener.waiting(node, lock.pid);
      return undefined;
    }
    if (this.isDone(node)) {
      lock.release();
      this.takeCached(node);
      return undefined;
    }
    const run = database.initRun(this.describe(node));
    const count = Math.min(node.maxParts, executor.slots);
    const done = Array.from({ length: count }, () => ({ step: 0, steps: 0 }));
    const claimed: Claimed = { node, lock, run, done, parts: [] };
    this.claimed.add(claimed);
    this.options.recorded?.(node, run);
    listener.started(node);
    for (let part = 0; part < count; part++)
      claimed.parts.push(this.inSlot(node, () => this.perform(claimed, 'run', part)));
    return claimed;
  }

  /** Runs one part of a node, or what comes after all; its failure is the end of anything new. */
  private async perform(claimed: Claimed, phase: 'run' | 'finish', part: number): Promise<void> {
    const { node, lock, run, done } = claimed;
    const { executor, listener } = this.options;
    if (this.closed) throw new Skipped();
    const task: TrackedTask = {
      stage: node.stage.name,
      phase,
      inputs: node.inputs,
      folder: this.folder(node),
      needs: Object.fromEntries(Object.entries(node.needs).map(([role, need]) => [role, this.folder(need)])),
      part,
      parts: done.length,
      run: run.id,
    };
    try {
      await executor.run(task, {
        started: (pid) => lock.addWorker(pid),
        progress: (step, steps, loss) => this.progress(claimed, part, { step, steps, loss }),
        engine: (description) => listener.engine(description),
      });
    } catch (error) {
      if (error instanceof ChildFailure && !this.closed) {
        this.failure ??= `The stage "${node.label}" failed: ${error.message}`;
        this.stop.abort();
      }
      throw error;
    }
  }

  /** Waits for all parts of a node and brings it to its end. */
  private async complete(claimed: Claimed): Promise<void> {
    const { node, run, lock, parts } = claimed;
    const ends = await Promise.allSettled(parts);
    const errors = ends.flatMap((end): unknown[] => (end.status === 'rejected' ? [end.reason] : []));
    // What a part's failure leaves unfinished is skipped; the failure itself tells why.
    errors.sort((a, b) => Number(a instanceof Skipped) - Number(b instanceof Skipped));
    try {
      if (errors.length > 0) throw errors[0];
      if (node.stage.finish !== undefined)
        await this.slots.add(() => this.perform(claimed, 'finish', 0), { priority: this.urgency.get(node) });
    } catch (error) {
      if (!this.closed && error instanceof ChildFailure) this.fail(claimed, error);
      throw error instanceof ChildFailure ? new Skipped() : error;
    }
    markDone(this.folder(node), node);
    node.result.record?.(run, this.folder(node));
    run.finish();
    lock.release();
    this.claimed.delete(claimed);
    this.runs.set(node, run.id);
    this.options.listener.ended(node, 'finished');
  }

  private fail(claimed: Claimed, { message, mendable }: ChildFailure): void {
    const { node, run, lock } = claimed;
    run.fail(mendable ? new UserError(message) : message);
    lock.release();
    this.claimed.delete(claimed);
    this.options.listener.ended(node, 'failed');
  }

  private progress(
    { node, run, done }: Claimed,
    part: number,
    { step, steps, loss }: { step: number; steps: number; loss?: number },
  ): void {
    done[part] = { step, steps };
    const sum = (key: 'step' | 'steps') => done.reduce((total, one) => total + one[key], 0);
    run.progress(sum('step'), sum('steps'));
    this.reportTotal();
    this.options.listener.progress(node, sum('step'), sum('steps'), loss);
  }

  private reportTotal(): void {
    const costOf = (nodes: Iterable<PlanNode>) => [...nodes].reduce((sum, { cost }) => sum + cost, 0);
    let done = costOf([...this.runs.keys()].filter((node) => this.missing.has(node)));
    for (const { node, done: parts } of this.claimed) {
      const share = parts.reduce((sum, { step, steps }) => sum + (steps === 0 ? 0 : step / steps), 0);
      done += (node.cost * share) / parts.length;
    }
    this.options.parent.progress?.(Math.round(done), Math.round(costOf(this.missing)));
  }

  /** Resolves when no other run computes the node any more: its result is there, or it is left to us. */
  private async freed(node: PlanNode): Promise<void> {
    for (;;) {
      await sleep(POLL_MS, undefined, { signal: this.stop.signal }).catch(() => {
        throw new Skipped();
      });
      const lock = StageLock.acquire(this.options.database, this.folder(node));
      if (!(lock instanceof StageLock)) continue;
      lock.release();
      if (this.isDone(node)) this.takeCached(node);
      return;
    }
  }

  private takeCached(node: PlanNode): void {
    this.recordCached(node);
    this.options.listener.ended(node, 'cached');
  }

  private recordCached(node: PlanNode): void {
    const record = this.options.database.cachedRun(this.describe(node));
    this.options.recorded?.(node, record);
    node.result.record?.(record, this.folder(node));
    this.runs.set(node, record.id);
  }

  private describe(node: PlanNode): RunOptions {
    const { seed } = node.inputs;
    return {
      experiment: this.options.parent.experiment,
      parent: this.options.parent.id,
      name: node.label,
      stage: node.stage.name,
      variant: node.variants.size === 1 ? [...node.variants][0] : undefined,
      seed: typeof seed === 'number' ? seed : undefined,
      config: node.inputs,
    };
  }

  private isDone(node: PlanNode): boolean {
    return isDone(this.folder(node));
  }

  private folder(node: PlanNode): string {
    return join(this.options.database.root, nodeFolder(node));
  }
}

/** Rejects with Interrupted when the signal comes. */
const interruption = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const interrupt = () => reject(new Interrupted());
    if (signal.aborted) interrupt();
    else signal.addEventListener('abort', interrupt, { once: true });
  });
