import type { Plan, PlanNode } from '../plan.ts';
import type { ExecuteOptions, Executor } from './executor.ts';
import { LocalWorkers } from './local-workers.ts';
import type { WorkerSetup } from './messages.ts';
import { runPlan, type ScheduleOptions } from './scheduler.ts';

/** Computes stages in worker processes of this machine, as long as this process lives. */
export class LocalExecutor implements Executor {
  constructor(
    private readonly setup: WorkerSetup,
    private readonly slots: number,
    private readonly jobOf?: ScheduleOptions['jobOf'],
  ) {}

  execute(
    plan: Plan,
    targets: readonly PlanNode[],
    options: ExecuteOptions,
  ): Promise<ReadonlyMap<PlanNode, number>> {
    const workers = new LocalWorkers(this.setup, this.slots);
    return runPlan(plan, targets, { ...options, workers, jobOf: this.jobOf });
  }
}
