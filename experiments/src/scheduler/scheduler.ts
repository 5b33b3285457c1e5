import { setTimeout as sleep } from 'node:timers/promises';
import { UserError, makeFolder, sum } from '@id3/core';
import PQueue from 'p-queue';
import { ChildFailure } from '@id3/core/child';
import type { Plan, PlanNode } from '../plan.ts';
import { Claim } from './claim.ts';
import { Interrupted, type ExecuteOptions } from './executor.ts';
import { Ledger } from './ledger.ts';
import { StageLock } from './lock.ts';
import { urgencies } from './priority.ts';
import type { Workers } from './workers.ts';

/** How often a stage that another run computes is looked at again. */
const POLL_MS = 500;
/** Seconds of urgency: what is claimed comes before all that is not, so that nothing is called running while it waits. */
const BEGUN = 1e9;
/** Of equally urgent nodes the plan's first comes first. */
const PLACE = 1e-8;

/** What a schedule has beside what every executor is given. */
export interface ScheduleOptions extends ExecuteOptions {
  /** Closed in the end. */
  readonly workers: Workers;
  /** The cluster's job that computes a node now, if one does. */
  readonly jobOf?: ((node: PlanNode) => Promise<string | undefined>) | undefined;
}

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
  private readonly ledger: Ledger;
  /** What was not there at the start. */
  private missing: ReadonlySet<PlanNode> = new Set();
  private readonly results = new Map<PlanNode, Promise<void>>();
  private readonly claims = new Set<Claim>();
  /** As many tasks at once as there are workers, the most urgent first. */
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
    this.ledger = new Ledger(options);
    const urgency = urgencies(plan.nodes);
    this.priority = new Map(plan.nodes.map((node, k) => [node, (urgency.get(node) ?? 0) - k * PLACE]));
    this.slots = new PQueue({ concurrency: options.workers.slots });
  }

  async run(): Promise<ReadonlyMap<PlanNode, number>> {
    const { listener, signal, workers } = this.options;
    this.missing = this.ledger.missing(this.targets);
    for (const node of this.plan.nodes) if (this.ledger.isDone(node)) this.ledger.recordCached(node);
    listener.planned(this.missing.size + this.ledger.runs.size, this.ledger.runs.size);
    try {
      await Promise.race([interruption(signal), this.all(this.missing)]);
    } finally {
      this.closed = true;
      this.stop.abort();
      await workers.close();
      for (const claim of this.claims) claim.interrupt();
    }
    if (this.failure !== undefined) throw new UserError(this.failure);
    return this.ledger.runs;
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
    const result = this.ledger.runs.has(node) ? Promise.resolve() : this.compute(node);
    this.results.set(node, result);
    return result;
  }

  /** One node: awaits what it needs, claims its folder, runs its parts, finishes. */
  private async compute(node: PlanNode): Promise<void> {
    await Promise.all(Object.values(node.needs).map((need) => this.result(need)));
    while (!this.ledger.runs.has(node)) {
      const work = await this.inSlot(node, () => this.claim(node));
      if (work !== undefined) await this.complete(work);
      else if (!this.ledger.runs.has(node)) await this.freed(node);
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
  private async claim(node: PlanNode): Promise<Work | undefined> {
    const { workers, database, listener } = this.options;
    const job = await this.options.jobOf?.(node);
    if (job !== undefined) {
      listener.waiting(node, { job });
      return undefined;
    }
    const folder = this.ledger.folder(node);
    makeFolder(folder);
    const lock = StageLock.acquire(database, folder);
    if (!(lock instanceof StageLock)) {
      listener.waiting(node, lock);
      return undefined;
    }
    if (this.ledger.isDone(node)) {
      lock.release();
      this.takeCached(node);
      return undefined;
    }
    const run = database.initRun(this.ledger.describe(node));
    const claim = new Claim(node, { folder, run, lock }, Math.min(node.maxParts, workers.slots));
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
    const { workers, listener } = this.options;
    if (this.closed) throw new Skipped();
    const needs = Object.entries(node.needs).map(([role, need]) => [role, this.ledger.folder(need)]);
    const { inputs, stage } = node;
    try {
      await workers.run(
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
    this.ledger.runs.set(node, claim.run.id);
    this.options.listener.ended(node, 'finished');
  }

  private reportTotal(): void {
    const costOf = (nodes: Iterable<PlanNode>) => sum(Array.from(nodes, ({ cost }) => cost));
    let done = costOf([...this.ledger.runs.keys()].filter((node) => this.missing.has(node)));
    for (const { node, share } of this.claims) done += node.cost * share;
    this.options.parent.progress?.(Math.round(done), Math.round(costOf(this.missing)));
  }

  /** Resolves when no other run computes the node any more: its result is there, or it is left to us. */
  private async freed(node: PlanNode): Promise<void> {
    for (;;) {
      await sleep(POLL_MS, undefined, { signal: this.stop.signal }).catch(() => {
        throw new Skipped();
      });
      if ((await this.options.jobOf?.(node)) !== undefined) continue;
      const lock = StageLock.acquire(this.options.database, this.ledger.folder(node));
      if (!(lock instanceof StageLock)) continue;
      lock.release();
      if (this.ledger.isDone(node)) this.takeCached(node);
      return;
    }
  }

  private takeCached(node: PlanNode): void {
    this.ledger.recordCached(node);
    this.options.listener.ended(node, 'cached');
  }
}

/** Rejects with Interrupted when the signal comes. */
const interruption = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const interrupt = () => reject(new Interrupted());
    if (signal.aborted) interrupt();
    else signal.addEventListener('abort', interrupt, { once: true });
  });
