import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError, firstLine } from '@id3/core';
import { ChildFailure, failureOf } from '@id3/core/child';
import { Journal, Run, journalName, thisProcess, type RunStore } from '@id3/tracking';
import { Superseded } from './attempt.ts';
import { slurm } from './client.ts';
import { Leaving } from './job-worker.ts';
import {
  forgetEnded,
  journalFolder,
  readBatch,
  taskOf,
  writeEnded,
  writeStarted,
  type Ended,
} from './records.ts';
import { awaitSeen, work } from './work.ts';

// What a job of the cluster runs: node job.ts <folder of its batch>. It stays awake while a worker process computes, so that it hears
// when it has to make room, sees when another copy of it has taken over, and says how it ended.

const {
  SLURM_JOB_ID = '0',
  SLURM_ARRAY_JOB_ID,
  SLURM_ARRAY_TASK_ID = '0',
  SLURM_RESTART_COUNT = '0',
} = process.env;
const index = Number(SLURM_ARRAY_TASK_ID);
const restarts = Number(SLURM_RESTART_COUNT);
const job = SLURM_ARRAY_JOB_ID === undefined ? SLURM_JOB_ID : `${SLURM_ARRAY_JOB_ID}_${index}`;
const folder = process.argv[2];

/** So long after a signal to save the job goes, saved or not: of the time asked for, or of what a scancel leaves. */
const EARLY_SECONDS = 10;
const CANCELLED_MS = 3_000;

/** So often the job says how long it has run by now. */
const USED_MS = 60_000;

/** Whether Slurm is ending this job because a person asked it to. */
const isCancelled = async (): Promise<boolean> =>
  ['CANCELLED', 'COMPLETING'].includes((await slurm.queue())?.get(job)?.state ?? '');

process.exit(await main());

async function main(): Promise<number> {
  await awaitSeen(() => readBatch(folder) !== undefined, folder);
  const batch = readBatch(folder)!;
  const { node, part } = taskOf(batch, index);
  const host = process.env.SLURMD_NODENAME ?? thisProcess().host;
  forgetEnded(folder, index);
  const startedAt = Date.now();
  writeStarted(folder, index, { host, restarts, time: startedAt });
  const piece = `${batch.id}-${index}-${restarts}`;
  const journal = new Journal(join(journalFolder(batch.root), journalName(piece)), batch.root, {
    run: node.run,
    token: node.token,
  });
  journal.record(node.run, [{ kind: 'started', process: { ...thisProcess(), host }, job, time: startedAt }]);
  const log = relative(batch.root, join(folder, `log-${index}.txt`));
  const sayUsed = (): void => {
    const seconds = (Date.now() - startedAt) / 1000;
    journal.record(node.run, [{ kind: 'job', piece, job, host, log, startedAt, seconds }]);
  };
  sayUsed();
  const saying = setInterval(() => said(sayUsed), USED_MS);
  const run = new Run<RunStore>(journal, node.run);
  const leaving = new Promise<number>((resolve) => {
    process.on('SIGTERM', () => {
      const inTime = Math.max(1, batch.saveSeconds - EARLY_SECONDS) * 1000;
      void isCancelled().then((cancelled) => resolve(cancelled ? CANCELLED_MS : inTime));
    });
  });
  try {
    await work({ batch, node, part, run, store: journal, about: { job, restarts }, leaving });
    if (batch.work === 'part') run.detach();
    else run.finish();
    return end({ how: 'finished' }, 0);
  } catch (error) {
    if (error instanceof Superseded || error instanceof Leaving) said(() => run.detach());
    if (error instanceof Leaving) return await makeRoom();
    if (error instanceof Superseded) {
      console.log('Another copy of this job has taken over.');
      return 0;
    }
    const failure = error instanceof ChildFailure ? error : failureOf(error);
    const { message, mendable } = failure;
    said(() => run.fail(mendable ? new UserError(message) : message));
    return end({ how: 'failed', message, mendable }, 1);
  } finally {
    clearInterval(saying);
    said(sayUsed);
    said(() => journal.close());
  }
}

/** Tells the journal what a full disk may refuse: how the job ends does not depend on it. */
function said(tell: () => void): void {
  try {
    tell();
  } catch (error) {
    console.error(firstLine(error));
  }
}

/** Writes how the job ended, and gives the code to exit with. */
function end(ended: Ended, code: number): number {
  writeEnded(folder, index, ended);
  if (ended.message !== undefined) console.error(ended.message);
  return code;
}

/** Puts the job back into the queue where that is what Slurm wants of it; a person's scancel is its end. */
async function makeRoom(): Promise<number> {
  const state = (await slurm.queue())?.get(job)?.state;
  if (state === 'CANCELLED' || state === 'COMPLETING') return end({ how: 'cancelled' }, 1);
  // Slurm puts it back by itself.
  if (state === 'PREEMPTED' || state === 'PENDING') return 1;
  console.log('Saved; the job goes back into the queue.');
  if (!(await slurm.requeue(SLURM_JOB_ID))) return end({ how: 'left' }, 1);
  // Slurm ends this process; should it not, the job's limit does.
  await sleep(60_000);
  return 1;
}
