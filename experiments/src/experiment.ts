import { join, resolve } from 'node:path';
import { shellWord } from '@id3/core';
import { openDatabase, type Database, type VariantRole } from '@id3/tracking';
import { commandsOf } from './again.ts';
import type { Config } from './config/schema.ts';
import { printEstimate } from './estimate/print.ts';
import { notesOn } from './photos/notes.ts';
import type { Row } from './rows.ts';
import type { Plan, PlanNode } from './plan.ts';
import { Progress } from './progress.ts';
import type { Finished } from './report/write.ts';
import { LocalExecutor } from './scheduler/local-executor.ts';
import { Interrupted, type Executor } from './scheduler/executor.ts';
import type { RunSettings } from './settings.ts';
import { SlurmExecutor, printScripts } from './slurm/slurm-executor.ts';
import { runningJobs } from './slurm/submitted.ts';

/**
 * Prints what `--estimate` or `--dry-run` asks for; else runs what the targets need as one experiment of the database, shown on the terminal, and hands
 * the results to `report`. The experiment's run ends as what happened: finished, failed or interrupted.
 */
export async function runExperiment(
  what: {
    command: string;
    config: Config;
    settings: RunSettings;
    signal: AbortSignal;
    rows?: readonly Row[];
  },
  plan: Plan,
  targets: readonly PlanNode[],
  report: (finished: Finished) => Promise<void> | void,
): Promise<void> {
  const { command, config, settings, signal, rows = [] } = what;
  if (settings.estimate) return printEstimate(plan, targets, config, settings);
  const root = resolve(settings.out);
  if (settings.dryRun) return printScripts(targets, jobSetup(settings, config, root), settings.resources);
  const experiment = settings.name ?? `${command}-${settings.profile}`;
  const database = openDatabase(join(root, 'tracking.sqlite'));
  const run = database.initRun({
    experiment,
    name: command,
    config,
    seed: config.seed,
    command: commandLine(command, settings.words),
  });
  try {
    for (const note of notesOn([config, ...rows.map((row) => row.config)])) {
      console.log(note);
      run.event('info', note);
    }
    const variants = run.variants(
      rows.map(({ variant: { name, title }, config, verifications: { length } }) => ({
        name,
        title,
        config,
        verifications: length,
      })),
    );
    const progress = new Progress(process.stdout);
    const executor = executorOf(settings, config, database);
    const again = commandsOf({ command, words: settings.words }, config, rows);
    await executor
      .execute(plan, targets, {
        database,
        parent: { id: run.id, experiment, progress: (done, total) => run.progress(done, total) },
        recorded(node, record) {
          for (const row of rows)
            if (node.variants.has(row.variant.name))
              record.partOf(variants.get(row.variant.name)!, roleOf(node, row));
        },
        commandOf(node) {
          const typed = again(node);
          return typed && commandLine(typed.command, typed.words);
        },
        listener: progress,
        signal,
      })
      .finally(() => progress.stop());
    await report({ database, run, experiment, root });
    run.finish();
  } catch (error) {
    if (error instanceof Interrupted) run.interrupt();
    else run.fail(error);
    throw error;
  } finally {
    database.close();
  }
}

/** What those who compute stages are told. */
const jobSetup = ({ threads, checkpointSeconds }: RunSettings, { engine }: Config, root: string) => ({
  registry: new URL('./stages/index.ts', import.meta.url).href,
  root,
  engine,
  threads,
  checkpointSeconds,
});

/** Where the stages are to be computed. */
function executorOf(settings: RunSettings, config: Config, { path, root }: Database): Executor {
  const setup = jobSetup(settings, config, root);
  return settings.executor === 'slurm'
    ? new SlurmExecutor(setup, settings.resources)
    : new LocalExecutor({ ...setup, database: path }, settings.workers, runningJobs(root));
}

/** What a node tells of a row of the table. */
function roleOf(node: PlanNode, { verifications, measures, grid }: Row): VariantRole {
  if (verifications.some((verification) => verification === node)) return 'verification';
  if (node === measures) return 'measures';
  return node === grid ? 'sample-grid' : 'stage';
}

/** What was typed, for a shell: the words that it would take apart are quoted. */
export const commandLine = (target: string, words: readonly string[]): string =>
  ['npx nx run', `experiments:${target}`, ...words]
    .map((word, k) => (k < 2 ? word : shellWord(word)))
    .join(' ');
