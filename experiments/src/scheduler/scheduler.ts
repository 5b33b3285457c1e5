import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { UserError, makeFolder, sum } from '@id3/core';
import type { Database, RunOptions, RunRecord } from '@id3/tracking';
import PQueue from 'p-queue';
import { ChildFailure } from '@id3/core/child';
import { nodeFolder, type Plan, type PlanNode } from '../plan.ts';
import { Claim } from './claim.ts';
import { isDone } from './done.ts';
import type { Executor } from './executor.ts';
import { StageLock } from './lock.ts';
import { urgencies } from './priority.ts';

/** How often a stage that another run computes is looked at again. */
const POLL_MS = 500;
/** Seconds of urgency that decide between nodes of equal cost: work that has begun comes first, then the plan's order. */
const BEGUN = 1e-3;
const PLACE = 1e-8;

/** What happens while a plan runs, for a display. */
export interface ScheduleListener {
  planned(total: number, cached: number): void;
  started(node: PlanNode): void;
  progress(node: PlanNode, step: number, steps: number, loss?: number): void;
  ended(node: PlanNode, how: 'finished' | 'cached' | 'failed'): void;
  /** A worker computes with this engine. */
  engine(description: string): void;
  warning(node: PlanNode, sentence: string): void;
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
  /** What a person types to make a node again, where that is less than the experiment. */
  readonly commandOf?: (node: PlanNode) => string | undefined;
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

/** A claimed node and the promises of its parts. */
interface Work {
  readonly claim: Claim;
  readonly parts: readonly Promise<void>[];
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
  /** How urgent each node is; of equally urgent ones, the plan's first. */
  private readonly priority: ReadonlyMap<PlanNode, number>;
  /** What was not there at the start. */
  private readonly missing = new Set<PlanNode>();
  private readonly runs = new Map<PlanNode, number>();
  private readonly results = new Map<PlanNode, Promise<void>>();
  private readonly claims = new Set<Claim>();
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
    const urgency = urgencies(plan.nodes);
    this.priority = new Map(plan.nodes.map((node, k) => [node, (urgency.get(node) ?? 0) - k * PLACE]));
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
      for (const claim of this.claims) claim.interrupt();
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
      const work = await this.inSlot(node, () => this.claim(node));
      if (work !== undefined) await this.complete(work);
      else if (!this.runs.has(node)) await this.freed(node);
    }
  }

  /** Runs an action when it is the most urgent one and there is room for it. Rejects with Skipped where all has stopped. */
  private inSlot<T>(node: PlanNode, action: () => T | Promise<T>, isClaimed = false): Promise<T> {
    const priority = (this.priority.get(node) ?? 0) + (isClaimed ? BEGUN : 0);
    return this.slots.add(
      async () => {
        if (this.stop.signal.aborted) throw new Skipped();
        return action();
      },
      { priority },
    );
  }

  /** Claims a node and queues its parts, unless another run computes it or has just done so. */
  private claim(node: PlanNode): Work | undefined {
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
    const claim = new Claim(node, { folder, run, lock }, Math.min(node.maxParts, executor.slots));
    this.claims.add(claim);
    this.options.recorded?.(node, run);
    listener.started(node);
    const parts = Array.from({ length: claim.parts }, (_, part) =>
      this.inSlot(node, () => this.runPart(claim, part), true),
    );
    return { claim, parts };
  }

  /** Runs one part of a node and, after the last to end, what comes after all. */
  private async runPart(claim: Claim, part: number): Promise<void> {
    await this.perform(claim, 'run', part);
    if (--claim.partsLeft === 0 && claim.node.stage.finish !== undefined)
      await this.perform(claim, 'finish', 0);
  }

  /** Has the executor do a task of a node; its failure is the end of anything new. */
  private async perform(claim: Claim, phase: 'run' | 'finish', part: number): Promise<void> {
    const { node, folder, run, parts } = claim;
    const { executor, listener } = this.options;
    if (this.closed) throw new Skipped();
    const needs = Object.entries(node.needs).map(([role, need]) => [role, this.folder(need)]);
    const { inputs, stage } = node;
    try {
      await executor.run(
        {
          stage: stage.name,
          phase,
          inputs,
          folder,
          needs: Object.fromEntries(needs),
          part,
          parts,
          run: run.id,
        },
        {
          started: (pid) => claim.heldBy(pid),
          progress: (step, steps, loss) => {
            const all = claim.progress(part, step, steps);
            this.reportTotal();
            listener.progress(node, all.step, all.steps, loss);
          },
          engine: (description) => listener.engine(description),
          warning: (sentence) => listener.warning(node, sentence),
        },
      );
    } catch (error) {
      if (error instanceof ChildFailure && !this.closed) {
        this.failure ??= `The stage "${node.label}" failed: ${error.message}`;
        this.stop.abort();
      }
      throw error;
    }
  }

  /** Waits for all parts of a node and brings it to its end. */
  private async complete({ claim, parts }: Work): Promise<void> {
    const { node } = claim;
    try {
      const ends = await Promise.allSettled(parts);
      const errors = ends.flatMap((end): unknown[] => (end.status === 'rejected' ? [end.reason] : []));
      // Parts that were skipped were so because of another's failure.
      const error = errors.find((one) => !(one instanceof Skipped)) ?? errors[0];
      if (error !== undefined) throw error;
    } catch (error) {
      if (!(error instanceof ChildFailure)) throw error;
      if (!this.closed) {
        claim.fail(error);
        this.claims.delete(claim);
        this.options.listener.ended(node, 'failed');
      }
      throw new Skipped();
    }
    claim.finish();
    this.claims.delete(claim);
    this.runs.set(node, claim.run.id);
    this.options.listener.ended(node, 'finished');
  }

  private reportTotal(): void {
    const costOf = (nodes: Iterable<PlanNode>) => sum(Array.from(nodes, ({ cost }) => cost));
    let done = costOf([...this.runs.keys()].filter((node) => this.missing.has(node)));
    for (const { node, share } of this.claims) done += node.cost * share;
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
      command: this.options.commandOf?.(node),
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
