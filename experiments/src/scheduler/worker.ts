import type { Engine } from '@id3/engine';
import { Database, Run, RunRecord, openDatabase, type RunStore } from '@id3/tracking';
import { failureOf } from '@id3/core/child';
import type { StageHost } from '../stages/stage.ts';
import type { StageRegistry } from '../stages/task.ts';
import type { FromWorker, ToWorker, WorkerSetup } from './messages.ts';
import { GpuWatch, SystemWatch } from './system.ts';
import type { TrackedTask } from './workers.ts';

/** Progress is sent to the scheduler at most this often. */
const PROGRESS_MS = 200;

const send = (message: FromWorker): void => void process.send?.(message);

let setup: WorkerSetup | undefined;
/** Aborted by what is asked of the task under way. */
let leave = new AbortController();
let store: RunStore;
let stages: StageRegistry;
let selected: Promise<Engine> | undefined;
let gpu: GpuWatch | undefined;

// Ctrl-C reaches the whole process group; the scheduler decides what becomes of its workers.
process.on('SIGINT', () => {});
// `exit` lets the database write what is pending. A cluster ends all of a job's processes; its first one decides what is saved.
process.on('SIGTERM', () => {
  if (setup?.database !== undefined) process.exit(143);
});
// The scheduler has died: nobody would take the result.
process.on('disconnect', () => process.exit(1));

process.on('message', async (message: ToWorker) => {
  try {
    if (message.type === 'stop') return leave.abort(new Left());
    if (message.type === 'setup') await start(message.setup);
    else if (message.type === 'record') record(message);
    else await work(message.task);
    send({ type: 'done', rss: process.memoryUsage.rss() });
  } catch (error) {
    send(error instanceof Left ? { type: 'stopped' } : { type: 'failed', ...failureOf(error) });
  }
});

/** Thrown out of a task that is left because its process was asked to. */
class Left extends Error {}

async function start(received: WorkerSetup): Promise<void> {
  setup = received;
  store =
    setup.database === undefined
      ? { root: setup.root, record: (run, entries) => send({ type: 'entries', run, entries }) }
      : openDatabase(setup.database);
  stages = ((await import(setup.registry)) as { STAGES: StageRegistry }).STAGES;
}

async function work(task: TrackedTask): Promise<void> {
  const stage = stages[task.stage];
  const run = store instanceof Database ? store.attachRun(task.run) : new Run(store, task.run);
  leave = new AbortController();
  try {
    if (stage.onEngine && task.phase === 'run') {
      const engine = await (selected ??= selectEngine());
      run.engine(engine.name, engine.versions);
    }
    // Parts of a stage are alike: the first tells of its process.
    await stage.perform(task, hostOf(run, task.part === 0 ? await watch() : undefined));
  } catch (error) {
    if (selected === undefined) throw error;
    const { explainDeviceError } = await import('@id3/engine');
    throw explainDeviceError(error, 'What is finished is kept');
  } finally {
    run.detach();
    if (selected !== undefined) (await import('@tensorflow/tfjs-core')).disposeVariables();
  }
}

function record({ stage, folder, run }: Extract<ToWorker, { type: 'record' }>): void {
  stages[stage].record(new RunRecord(store, run), folder);
}

/** The watch over this process, from now on: on an engine it knows of compiled steps, on a GPU of that. */
async function watch(): Promise<SystemWatch> {
  if (selected === undefined) return new SystemWatch(() => 0);
  const { engineMs } = await import('@id3/engine');
  if (['onnx-cuda', 'tensorflow-gpu'].includes((await selected).name)) gpu ??= new GpuWatch();
  return new SystemWatch(engineMs, () => gpu?.latest);
}

function hostOf(run: Run<RunStore>, system: SystemWatch | undefined): StageHost {
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
    checkpointSeconds: setup!.checkpointSeconds,
    signal: leave.signal,
    log: (step, metrics, steps) => {
      run.log(step, metrics);
      sample(step);
      progress(step, steps, metrics.loss);
    },
    progress: (step, steps) => {
      sample(step);
      progress(step, steps);
      // What is finished is on the disk, so that nothing is lost.
      leave.signal.throwIfAborted();
    },
    warn: (sentence) => send({ type: 'warning', sentence }),
  };
}

async function selectEngine(): Promise<Engine> {
  // Imported late: stages that compute nothing start without an engine.
  const engine = await import('@id3/engine');
  const { engine: name, threads } = setup!;
  const selected = await engine.selectEngine(name === 'auto' ? undefined : name, { threads });
  send({ type: 'engine', description: engine.describeEngine(selected) });
  return selected;
}
