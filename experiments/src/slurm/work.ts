import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DISK_BYTES, thisProcess, type Run, type RunStore } from '@id3/tracking';
import { folderBytes } from '../scheduler/claim.ts';
import { isDone, markDone } from '../scheduler/done.ts';
import { Attempt, Superseded, adopt } from './attempt.ts';
import { JobWorker, Leaving } from './job-worker.ts';
import { leaseFolder, seen, type Batch, type JobNode } from './records.ts';

/** A shared file system may show so late what is there. */
const SEEN_SECONDS = 120;
const LOOK_MS = 2_000;

/** One piece of work of a job, and who is told of it. */
interface Piece {
  readonly batch: Batch;
  readonly node: JobNode;
  readonly part: number;
  readonly run: Run<RunStore>;
  readonly store: RunStore;
  /** What its lease says of the job. */
  readonly about: object;
  /** Resolves when the job is to make room, with the milliseconds that it has for it. */
  readonly leaving: Promise<number>;
}

/**
 * Brings a piece of work to its result, which is there whole or not at all, and writes what it says into the run. Throws
 * {@link Superseded} where another job has taken over, {@link Leaving} where it makes room, and a ChildFailure where the stage fails.
 */
export async function work(piece: Piece): Promise<void> {
  const { batch, node, part, run, store, leaving } = piece;
  const { root, parts } = batch;
  const isPart = batch.work === 'part';
  const result = join(root, node.stage.name, node.key);
  const target = isPart ? partFolder(result, part, parts) : result;
  const isThere = () => isDone(target) || isDone(result);
  const ready = Promise.all(Object.values(node.needs).map((need) => awaitDone(join(root, need))));
  await Promise.race([ready, leaving.then(() => Promise.reject(new Leaving()))]);
  // As many as Slurm granted, which is not what the machine has.
  const threads = Number(process.env.SLURM_CPUS_PER_TASK ?? batch.cpus);
  const progress = (step: number, steps: number) => (isPart ? undefined : run.progress(step, steps));
  const worker = new JobWorker(threads, run, store, progress);
  void leaving.then((graceMs) => worker.leave(graceMs));
  try {
    const { registry, engine, checkpointSeconds } = batch;
    await worker.ask({ type: 'setup', setup: { registry, root, engine, threads, checkpointSeconds } });
    if (!isThere()) await make(piece, worker, { result, target });
    if (isPart) return;
    for (let k = 0; k < parts; k++) rmSync(partFolder(result, k, parts), { recursive: true, force: true });
    await worker.ask({ type: 'record', stage: node.stage.name, folder: result, run: run.id });
    run.summary({ [DISK_BYTES]: folderBytes(result) });
  } finally {
    await worker.stop();
  }
}

/** Computes in a folder of this attempt, and publishes it. */
async function make(
  { batch, node, part, run, about }: Piece,
  worker: JobWorker,
  { result, target }: { result: string; target: string },
): Promise<void> {
  const { root, parts, work } = batch;
  const leases = leaseFolder(root, node, work === 'part' ? `part-${part}-of-${parts}` : work);
  const from = work === 'all' ? result : undefined;
  const attempt = Attempt.take(leases, target, { ...about, ...thisProcess() }, from);
  const watch = setInterval(() => attempt.isSuperseded && worker.giveUp(new Superseded()), LOOK_MS);
  try {
    const needs = Object.entries(node.needs).map(([role, need]) => [role, join(root, need)]);
    const task = {
      stage: node.stage.name,
      inputs: node.inputs,
      folder: attempt.folder,
      needs: Object.fromEntries(needs) as Record<string, string>,
      part,
      parts,
      run: run.id,
    };
    if (work !== 'finish') await worker.ask({ type: 'task', task: { ...task, phase: 'run' } });
    else
      for (let k = 0; k < parts; k++) {
        await awaitDone(partFolder(result, k, parts));
        adopt(partFolder(result, k, parts), attempt.folder);
      }
    if (work !== 'part' && node.stage.finish === true)
      await worker.ask({ type: 'task', task: { ...task, phase: 'finish' } });
    markDone(attempt.folder, node);
    await attempt.publish();
  } catch (error) {
    if (error instanceof Superseded) {
      await worker.stop();
      attempt.discard();
    }
    throw error;
  } finally {
    clearInterval(watch);
  }
}

const partFolder = (result: string, part: number, parts: number): string =>
  `${result}.part-${part}-of-${parts}`;

const awaitDone = (path: string): Promise<void> => awaitSeen(() => isDone(path), path);

/** Throws where what Slurm says is there is not seen on this node in time. */
export async function awaitSeen(isThere: () => boolean, path: string): Promise<void> {
  if (!(await seen(isThere, dirname(path), SEEN_SECONDS)))
    throw new Error(
      `${path} is there, but not seen on this node: is it on a file system that all nodes share?`,
    );
}
