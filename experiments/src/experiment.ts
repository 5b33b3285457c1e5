import { join, resolve } from 'node:path';
import { openDatabase, type Database, type Run } from '@id3/tracking';
import type { Arguments } from './cli/arguments.ts';
import type { Config } from './config/schema.ts';
import type { Plan, PlanNode } from './plan.ts';
import { Progress } from './progress.ts';
import { Interrupted, runPlan } from './scheduler/scheduler.ts';

/** A finished plan: where its results are recorded. */
export interface Finished {
  readonly database: Database;
  readonly run: Run;
  readonly experiment: string;
  /** The tracking run of each node. */
  readonly runs: ReadonlyMap<PlanNode, number>;
  /** The folder of all results. */
  readonly root: string;
}

/**
 * Runs what the targets need as one experiment of the database, shown on the terminal, and hands
 * the results to `report`. The experiment's run ends as what happened: finished, failed or interrupted.
 */
export async function runExperiment(
  what: { command: string; config: Config; args: Arguments; signal: AbortSignal },
  plan: Plan,
  targets: readonly PlanNode[],
  report: (finished: Finished) => Promise<void> | void,
): Promise<void> {
  const { command, config, args, signal } = what;
  const root = resolve(args.out);
  const experiment = args.name ?? `${command}-${args.profile}`;
  const database = openDatabase(join(root, 'tracking.sqlite'));
  const run = database.initRun({ experiment, name: command, config, seed: config.seed });
  try {
    const progress = new Progress(process.stdout);
    const runs = await runPlan(plan, targets, {
      database,
      parent: { id: run.id, experiment },
      workers: args.workers,
      worker: {
        registry: new URL('./stages/index.ts', import.meta.url).href,
        database: database.path,
        engine: config.engine,
        threads: args.threads,
        checkpointSeconds: args.checkpointSeconds,
      },
      listener: progress,
      signal,
    }).finally(() => progress.stop());
    await report({ database, run, experiment, runs, root });
    run.finish();
  } catch (error) {
    if (error instanceof Interrupted) run.interrupt();
    else run.fail(error);
    throw error;
  } finally {
    database.close();
  }
}
