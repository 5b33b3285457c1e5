import { closeSync, openSync, readSync, statSync } from 'node:fs';
import {
  NoArtefact,
  countJobs,
  getJob,
  hoursOfJobs,
  listJobRuns,
  listJobs,
  resolveArtefactFile,
  type JobRow,
  type Reader,
} from '@id3/tracking';

/** Of a job's log so many bytes and lines are shown, its last. */
const TAIL = { bytes: 8192, lines: 20 };
/** A split stage has a log for each part: so many are shown, those written last. */
const MAX_LOGS = 8;
const MAX_RUNS = 200;

/** The end of a job's log. */
export interface LogTail {
  /** Relative to the folder of the database. */
  readonly path: string;
  readonly job: string;
  /** Undefined where the file is gone. */
  readonly text: string | undefined;
  /** Whether there is more before it. */
  readonly isCut: boolean;
}

/** What a cluster says of a run's own job; undefined where none computes it. */
export function readJob(db: Reader, id: number) {
  const job = getJob(db, id);
  if (job === undefined) return undefined;
  const runs = listJobRuns(db, id);
  const logs = new Map(runs.map(({ log, job }): [string, string] => [log, job]));
  return {
    ...job,
    /** Each time that it ran, the last first. */
    runs: runs.slice(0, MAX_RUNS),
    moreRuns: Math.max(0, runs.length - MAX_RUNS),
    logs: [...logs]
      .slice(0, MAX_LOGS)
      .map(([path, job]): LogTail => ({ path, job, ...tailOf(db.root, path) })),
    moreLogs: Math.max(0, logs.size - MAX_LOGS),
  };
}

/** Of an experiment that a cluster computes, its jobs; undefined of another. */
export function readJobs(db: Reader, parentId: number) {
  const counts = countJobs(db, parentId);
  if (counts.length === 0) return undefined;
  const byRun = new Map(listJobs(db, parentId).map((job): [number, JobRow] => [job.runId, job]));
  return { counts, byRun, ...hoursOfJobs(db, parentId) };
}

export type JobView = NonNullable<ReturnType<typeof readJob>>;
export type JobsView = NonNullable<ReturnType<typeof readJobs>>;

function tailOf(root: string, path: string): Pick<LogTail, 'text' | 'isCut'> {
  try {
    const place = resolveArtefactFile(root, path);
    const { size } = statSync(place);
    const bytes = Buffer.alloc(Math.min(size, TAIL.bytes));
    const file = openSync(place, 'r');
    try {
      readSync(file, bytes, 0, bytes.length, size - bytes.length);
    } finally {
      closeSync(file);
    }
    const isCut = size > bytes.length;
    // The first line may have lost its beginning.
    const lines = bytes
      .toString()
      .trimEnd()
      .split('\n')
      .slice(isCut ? 1 : 0);
    return { text: lines.slice(-TAIL.lines).join('\n'), isCut: isCut || lines.length > TAIL.lines };
  } catch (error) {
    if (error instanceof NoArtefact) return { text: undefined, isCut: false };
    throw error;
  }
}
