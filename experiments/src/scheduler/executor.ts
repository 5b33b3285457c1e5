import type { Database, ProcessIdentity, RunRecord } from '@id3/tracking';
import type { Plan, PlanNode } from '../plan.ts';

/** Where the stages of a plan are computed: on this machine's cores, or by a cluster's jobs. Their results are the same folders. */
export interface Executor {
  /**
   * Brings the `targets` and all they need to results, and gives the tracking run of each node that has one. Results
   * that exist are used. Throws a UserError that tells what failed, and {@link Interrupted} on the signal.
   */
  execute(
    plan: Plan,
    targets: readonly PlanNode[],
    options: ExecuteOptions,
  ): Promise<ReadonlyMap<PlanNode, number>>;
}

/** What happens while a plan runs, for a display. */
export interface ScheduleListener {
  planned(total: number, cached: number): void;
  started(node: PlanNode): void;
  progress(node: PlanNode, step: number, steps: number, loss?: number): void;
  ended(node: PlanNode, how: 'finished' | 'cached' | 'failed'): void;
  /** A worker computes with this engine. */
  engine(description: string): void;
  warning(node: PlanNode, sentence: string): void;
  /** Another run's process computes this node, or a cluster's job; its result will be used. */
  waiting(node: PlanNode, holder: Holder): void;
}

/** Who computes a node that this run does not. */
export type Holder = Pick<ProcessIdentity, 'host' | 'pid'> | { readonly job: string };

/** What an executor is given beside the plan. */
export interface ExecuteOptions {
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
  readonly listener: ScheduleListener;
  /** Aborted when the person at the keyboard asks to stop. */
  readonly signal: AbortSignal;
}

/** Thrown where the person at the keyboard stopped the work; says what becomes of it. */
export class Interrupted extends Error {
  constructor(message = 'Stopped. Run the same command again to continue from the last checkpoints.') {
    super(message);
  }
}
