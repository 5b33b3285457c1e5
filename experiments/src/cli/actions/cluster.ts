import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '@id3/core';
import { getRun, openDatabase, hoursOfJobs, type Database, type JobHours } from '@id3/tracking';
import { typedPath } from '../../progress.ts';
import { takeJournals } from '../../slurm/journals.ts';
import { slurm } from '../../slurm/client.ts';
import { clusterFolder } from '../../slurm/records.ts';
import { jobsOf, submittedIn, wordsFor, type Submitted } from '../../slurm/submitted.ts';

/** Prints how the submitted stages of a folder stand, and what they have used. */
export async function printStatus(out: string, all: boolean): Promise<void> {
  const root = rootOf(out);
  const submitted = await submittedIn(root);
  const width = Math.max(...submitted.map(({ label }) => label.length));
  for (const one of submitted)
    if (all || one.verdict.is !== 'finished') console.log(`${one.label.padEnd(width)}  ${wordsFor(one)}`);
  const counts = new Map<string, number>();
  for (const { verdict } of submitted) counts.set(verdict.is, (counts.get(verdict.is) ?? 0) + 1);
  console.log(`${[...counts].map(([is, count]) => `${count} ${is}`).join(', ')}.`);
  await withDatabase(root, (database) => {
    takeJournals(database);
    const { used, toCome } = hoursOfJobs(database);
    const words = ({ coreHours, gpuHours }: JobHours) =>
      `${coreHours.toFixed(1)} core hours, ${gpuHours.toFixed(1)} GPU hours`;
    console.log(`Used by jobs: ${words(used)}; about to come: ${words(toCome)}.`);
  });
}

/** Ends what the submitted stages of a folder have in the queue. */
export async function cancelJobs(out: string): Promise<void> {
  const root = rootOf(out);
  const alive = (await submittedIn(root)).filter(
    ({ verdict }) => verdict.is === 'queued' || verdict.is === 'running',
  );
  await slurm.cancel(alive.flatMap(jobsOf));
  await withDatabase(root, (database) => {
    takeJournals(database);
    for (const one of alive) endRun(database, one);
  });
  console.log(`${alive.length} stages were cancelled; what they had saved stays.`);
}

function endRun(database: Database, { run, token }: Submitted): void {
  if (database.jobToken(run) !== token) return;
  if (['queued', 'running'].includes(getRun(database, run)?.status ?? ''))
    database.record(run, [{ kind: 'ended', status: 'interrupted', error: null, time: Date.now() }]);
}

function rootOf(out: string): string {
  const root = resolve(out);
  if (!existsSync(clusterFolder(root)))
    throw new UserError(
      `Nothing was submitted for ${typedPath(root)}; name the folder with --out, or run an experiment with --executor=slurm.`,
    );
  return root;
}

async function withDatabase(root: string, action: (database: Database) => void): Promise<void> {
  const database = openDatabase(join(root, 'tracking.sqlite'));
  try {
    action(database);
  } finally {
    database.close();
  }
}
