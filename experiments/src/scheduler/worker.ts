import type { Engine } from '@id3/engine';
import { openDatabase, type Database, type Run } from '@id3/tracking';
import { failureOf } from '@id3/core/child';
import type { StageHost } from '../stages/stage.ts';
import type { StageRegistry } from '../stages/task.ts';
import type { TrackedTask } from './executor.ts';
import type { FromWorker, ToWorker, WorkerSetup } from './messages.ts';
import { GpuWatch, SystemWatch } from './system.ts';

/** Progress is sent to the scheduler at most this often. */
const PROGRESS_MS = 200;

const send = (message: FromWorker): void => void process.send?.(message);

let setup: WorkerSetup;
let database: Database;
let stages: StageRegistry;
let selected: Promise<Engine> | undefined;
let gpu: GpuWatch | undefined;

// Ctrl-C reaches the whole process group; the scheduler decides what becomes of its workers.
process.on('SIGINT', () => {});
// `exit` lets the database write what is pending.
process.on('SIGTERM', () => process.exit(143));
// The scheduler has died: nobody would take the result.
process.on('disconnect', () => process.exit(1));

process.on('message', async (message: ToWorker) => {
  try {
    if (message.type === 'setup') await start(message.setup);
    else await work(message.task);
    send({ type: 'done', rss: process.memoryUsage.rss() });
  } catch (error) {
    send({ type: 'failed', ...failureOf(error) });
  }
});

async function start(received: WorkerSetup): Promise<void> {
  setup = received;
  database = openDatabase(setup.database);
  stages = ((await import(setup.registry)) as { STAGES: StageRegistry }).STAGES;
}

async function work(task: TrackedTask): Promise<void> {
  const stage = stages[task.stage];
  const run = database.attachRun(task.run);
  try {
    if (stage.onEngine && task.phase === 'run') {
      const engine = await (selected ??= selectEngine());
      run.engine(engine.name, engine.versions);
    }
    // Parts of a stage are alike: the first tells of its process.
    await stage.perform(task, hostOf(run, task.part === 0 ? await watch() : undefined));
  } finally {
    run.detach();
    if (selected !== undefined) (await import('@tensorflow/tfjs-core')).disposeVariables();
  }
}

/** The watch over this process, from now on: on an engine it knows of compiled steps, on a GPU of that. */
async function watch(): Promise<SystemWatch> {
  if (selected === undefined) return new SystemWatch(() => 0);
  const { engineMs } = await import('@id3/engine');
  if (['onnx-cuda', 'tensorflow-gpu'].includes((await selected).name)) gpu ??= new GpuWatch();
  return new SystemWatch(engineMs, () => gpu?.latest);
}

function hostOf(run: Run, system: SystemWatch | undefined): StageHost {
  let sentAt = 0;
  const sample = (step: number): void => {
    const used = system?.sample();
    if (used !== undefined) run.log(step, used);
  };
  const progress = (step: number, steps: number, loss?: number): void => {
    const now = Date.now();
    if (now - sentAt < PROGRESS_MS && step < steps) return;
    sentAt = now;
    send({ type: 'progress', step, steps, loss });
  };
  return {
    checkpointSeconds: setup.checkpointSeconds,
    log: (step, metrics, steps) => {
      run.log(step, metrics);
      sample(step);
      progress(step, steps, metrics.loss);
    },
    progress: (step, steps) => {
      sample(step);
      progress(step, steps);
    },
    warn: (sentence) => send({ type: 'warning', sentence }),
  };
}

async function selectEngine(): Promise<Engine> {
  // Imported late: stages that compute nothing start without an engine.
  const engine = await import('@id3/engine');
  const requested = setup.engine === 'auto' ? undefined : setup.engine;
  const selected = await engine.selectEngine(requested, { threads: setup.threads });
  send({ type: 'engine', description: engine.describeEngine(selected) });
  return selected;
}
