import { join } from 'node:path';
import { UserError, makeFolder } from '@id3/core';
import type { Database, Run, RunOptions, RunRecord } from '@id3/tracking';
import { nodeFolder, type Plan, type PlanNode } from '../plan.ts';
import { isDone, markDone } from './done.ts';
import { StageLock } from './lock.ts';
import type { Task, WorkerSetup } from './messages.ts';
import { Worker, type Answer } from './pool.ts';
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
  readonly workers: number;
  readonly worker: WorkerSetup;
  readonly listener: ScheduleListener;
  /** Aborted when the person at the keyboard asks to stop. */
  readonly signal: AbortSignal;
}

/** Thrown where the person at the keyboard stopped the work. */
export class Interrupted extends Error {}

/** A node being computed by this scheduler. */
interface Active {
  readonly node: PlanNode;
  readonly lock: StageLock;
  readonly run: Run;
  readonly parts: number;
  dispatched: number;
  ended: number;
  finishing: boolean;
  error: (Answer & { ok: false }) | undefined;
  readonly done: { step: number; steps: number }[];
}

/**
 * Runs what is missing of the `targets` and of all they depend on, and gives the tracking run of
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
  private readonly runs = new Map<PlanNode, number>();
  private readonly urgency: Map<PlanNode, number>;
  private readonly waiting = new Set<PlanNode>();
  private readonly elsewhere = new Set<PlanNode>();
  /** What was not there at the start. */
  private readonly computed: ReadonlySet<PlanNode>;
  private readonly active = new Map<PlanNode, Active>();
  private readonly idle: Worker[];
  private readonly workers: Worker[];
  private failure: string | undefined;
  private stopped = false;
  private settle: { resolve: () => void; reject: (error: unknown) => void } | undefined;

  constructor(
    plan: Plan,
    targets: readonly PlanNode[],
    private readonly options: ScheduleOptions,
  ) {
    this.urgency = urgencies(plan.nodes);
    this.workers = Array.from({ length: options.workers }, () => new Worker(options.worker));
    this.idle = [...this.workers];
    const need = (node: PlanNode): void => {
      if (this.waiting.has(node) || this.isDone(node)) return;
      this.waiting.add(node);
      Object.values(node.dependencies).forEach(need);
    };
    targets.forEach(need);
    this.computed = new Set(this.waiting);
    for (const node of plan.nodes) if (this.isDone(node)) this.recordCached(node);
  }

  async run(): Promise<ReadonlyMap<PlanNode, number>> {
    const { listener, signal } = this.options;
    listener.planned(this.waiting.size + this.runs.size, this.runs.size);
    const poll = setInterval(() => this.guarded(() => this.lookElsewhere()), POLL_MS);
    const abort = () => this.settle?.reject(new Interrupted());
    signal.addEventListener('abort', abort);
    try {
      await new Promise<void>((resolve, reject) => {
        this.settle = { resolve, reject };
        if (signal.aborted) abort();
        this.guarded(() => this.pump());
      });
    } finally {
      this.stopped = true;
      clearInterval(poll);
      signal.removeEventListener('abort', abort);
      await Promise.all(this.workers.map((worker) => worker.stop()));
      for (const { run, lock } of this.active.values()) {
        run.interrupt();
        lock.release();
      }
    }
    if (this.failure !== undefined) throw new UserError(this.failure);
    return this.runs;
  }

  /** Hands work to idle workers until there is none of either; ends the run where nothing is left. */
  private pump(): void {
    while (this.idle.length > 0 && this.failure === undefined) {
      const active = this.nextActive();
      if (active === undefined) break;
      void this.dispatch(active, this.idle.pop()!);
    }
    const busy = this.idle.length < this.workers.length;
    if (!busy && (this.failure !== undefined || this.waiting.size + this.elsewhere.size === 0))
      this.settle!.resolve();
  }

  /** The most urgent node that has a part to start; claims its folder where it is new. */
  private nextActive(): Active | undefined {
    const started = [...this.active.values()].filter(({ dispatched, parts }) => dispatched < parts);
    const ready = [...this.waiting].filter((node) =>
      Object.values(node.dependencies).every((dependency) => this.runs.has(dependency)),
    );
    const nodes = [...started.map(({ node }) => node), ...ready];
    nodes.sort((a, b) => this.urgency.get(b)! - this.urgency.get(a)!);
    for (const node of nodes) {
      const active = this.active.get(node) ?? this.begin(node);
      if (active !== undefined) return active;
      // Another run had just finished it, so more may be ready now than was listed.
      if (this.runs.has(node)) return this.nextActive();
    }
    return undefined;
  }

  /** Starts a node, unless another run computes it or has just done so. */
  private begin(node: PlanNode): Active | undefined {
    const folder = this.folder(node);
    makeFolder(folder);
    const lock = StageLock.acquire(this.options.database, folder);
    this.waiting.delete(node);
    if (!(lock instanceof StageLock)) {
      this.elsewhere.add(node);
      this.options.listener.waiting(node, lock.pid);
      return undefined;
    }
    if (this.isDone(node)) {
      lock.release();
      this.recordCached(node);
      this.options.listener.ended(node, 'cached');
      return undefined;
    }
    const parts = Math.min(node.stage.maxParts?.(node.inputs) ?? 1, this.options.workers);
    const run = this.options.database.initRun(this.describe(node));
    this.options.recorded?.(node, run);
    const done = Array.from({ length: parts }, () => ({ step: 0, steps: 0 }));
    const active = {
      node,
      lock,
      run,
      parts,
      dispatched: 0,
      ended: 0,
      finishing: false,
      error: undefined,
      done,
    };
    this.active.set(node, active);
    this.options.listener.started(node);
    return active;
  }

  private async dispatch(active: Active, worker: Worker): Promise<void> {
    const part = active.finishing ? 0 : active.dispatched++;
    const task: Task = {
      stage: active.node.stage.name,
      phase: active.finishing ? 'finish' : 'run',
      inputs: active.node.inputs,
      folder: this.folder(active.node),
      dependencies: Object.fromEntries(
        Object.entries(active.node.dependencies).map(([role, node]) => [role, this.folder(node)]),
      ),
      part,
      parts: active.parts,
      run: active.run.id,
    };
    let answer: Answer = await worker.start();
    if (answer.ok) {
      this.guarded(() => active.lock.addWorker(worker.pid!));
      answer = await worker.run(task, {
        progress: (step, steps, loss) => this.progress(active, part, step, steps, loss),
        engine: (description) => this.options.listener.engine(description),
      });
    }
    if (this.stopped) return;
    this.guarded(() => {
      this.idle.push(worker);
      if (!active.finishing) active.ended++;
      if (!answer.ok) {
        active.error ??= answer;
        this.failure ??= `The stage "${active.node.label}" failed: ${answer.message}`;
      }
      if (active.error !== undefined) {
        if (active.ended === active.dispatched) this.fail(active, active.error);
      } else if (active.ended === active.parts) {
        if (active.finishing || active.node.stage.finish === undefined) this.complete(active);
        else {
          active.finishing = true;
          void this.dispatch(active, this.idle.pop()!);
        }
      }
      this.pump();
    });
  }

  private progress(active: Active, part: number, step: number, steps: number, loss?: number): void {
    active.done[part] = { step, steps };
    const sum = (key: 'step' | 'steps') => active.done.reduce((total, one) => total + one[key], 0);
    active.run.progress(sum('step'), sum('steps'));
    this.reportTotal();
    this.options.listener.progress(active.node, sum('step'), sum('steps'), loss);
  }

  private reportTotal(): void {
    const costOf = (nodes: Iterable<PlanNode>) =>
      [...nodes].reduce((sum, node) => sum + node.stage.cost(node.inputs), 0);
    let done = costOf([...this.runs.keys()].filter((node) => this.computed.has(node)));
    for (const { node, done: parts } of this.active.values()) {
      const share = parts.reduce((sum, { step, steps }) => sum + (steps === 0 ? 0 : step / steps), 0);
      done += (node.stage.cost(node.inputs) * share) / parts.length;
    }
    this.options.parent.progress?.(Math.round(done), Math.round(costOf(this.computed)));
  }

  private complete({ node, run, lock }: Active): void {
    markDone(this.folder(node), node);
    node.stage.record?.(run, this.folder(node));
    run.finish();
    lock.release();
    this.active.delete(node);
    this.runs.set(node, run.id);
    this.options.listener.ended(node, 'finished');
  }

  private fail({ node, run, lock }: Active, error: Answer & { ok: false }): void {
    run.fail(error.mendable ? new UserError(error.message) : error.message);
    lock.release();
    this.active.delete(node);
    this.options.listener.ended(node, 'failed');
  }

  /** Takes the results that other runs have finished, and the work that they left. */
  private lookElsewhere(): void {
    if (this.elsewhere.size === 0 || this.failure !== undefined) return;
    for (const node of this.elsewhere) {
      const lock = StageLock.acquire(this.options.database, this.folder(node));
      if (!(lock instanceof StageLock)) continue;
      lock.release();
      this.elsewhere.delete(node);
      if (!this.isDone(node)) this.waiting.add(node);
      else {
        this.recordCached(node);
        this.options.listener.ended(node, 'cached');
      }
    }
    this.pump();
  }

  private recordCached(node: PlanNode): void {
    const record = this.options.database.cachedRun(this.describe(node));
    this.options.recorded?.(node, record);
    node.stage.record?.(record, this.folder(node));
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

  /** An error of the scheduler's own work, such as a full disk, ends the run. */
  private guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.settle?.reject(error);
    }
  }
}
