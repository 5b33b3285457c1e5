import { count, desc, eq, sql } from 'drizzle-orm';
import type { Readable } from './reader.ts';
import { jobRuns, jobs, runs } from './schema.ts';

/** What a cluster says of the jobs of runs. */
export type JobRow = typeof jobs.$inferSelect;
/** One of the times that a cluster ran a job. */
export type JobRunRow = typeof jobRuns.$inferSelect;

/** The job of a run; undefined where none computes it. */
export const getJob = ({ db }: Readable, runId: number): JobRow | undefined =>
  db.select().from(jobs).where(eq(jobs.runId, runId)).get();

/** The jobs of an experiment's run. */
export const listJobs = ({ db }: Readable, parentId: number): JobRow[] =>
  db
    .select({ job: jobs })
    .from(jobs)
    .innerJoin(runs, eq(runs.id, jobs.runId))
    .where(eq(runs.parentId, parentId))
    .all()
    .map(({ job }) => job);

/** Each time that a cluster ran a job of a run, or one of its parts, the last first. */
export const listJobRuns = ({ db }: Readable, runId: number): JobRunRow[] =>
  db
    .select()
    .from(jobRuns)
    .where(eq(jobRuns.runId, runId))
    .orderBy(desc(jobRuns.startedAt), desc(jobRuns.piece))
    .all();

/** How many jobs of an experiment's run there are, by what the cluster says of them, such as `RUNNING`. */
export const countJobs = ({ db }: Readable, parentId: number) =>
  db
    .select({ state: jobs.state, count: count() })
    .from(jobs)
    .innerJoin(runs, eq(runs.id, jobs.runId))
    .where(eq(runs.parentId, parentId))
    .groupBy(jobs.state)
    .orderBy(jobs.state)
    .all();

/** Hours of what was granted to jobs. */
export interface JobHours {
  readonly coreHours: number;
  readonly gpuHours: number;
}

/**
 * What jobs have used, also where they were put back, and what is still to come of those that wait or run: what their plan expects, at
 * the pace of those of their stage that have ended, or else of all.
 * @param parentId of an experiment's run; all runs if absent
 */
export function hoursOfJobs({ db }: Readable, parentId?: number): { used: JobHours; toCome: JobHours } {
  const used = db
    .select({ runId: jobRuns.runId, seconds: sql<number>`sum(${jobRuns.seconds})`.as('seconds') })
    .from(jobRuns)
    .groupBy(jobRuns.runId)
    .as('used');
  const all = db
    .select({
      stage: runs.stage,
      status: runs.status,
      share: sql<number>`coalesce(1.0 * ${runs.step} / nullif(${runs.steps}, 0), 0)`,
      cpus: jobs.cpus,
      gpus: jobs.gpus,
      expected: sql<number>`coalesce(${jobs.expectedSeconds}, 0)`,
      seconds: sql<number>`coalesce(${used.seconds}, 0)`,
    })
    .from(jobs)
    .innerJoin(runs, eq(runs.id, jobs.runId))
    .leftJoin(used, eq(used.runId, jobs.runId))
    .where(parentId === undefined ? undefined : eq(runs.parentId, parentId))
    .all();
  const paceOf = (rows: typeof all): number | undefined => {
    const ended = rows.filter(({ status, expected }) => status === 'finished' && expected > 0);
    const total = (key: 'seconds' | 'expected') => ended.reduce((sum, row) => sum + row[key], 0);
    return ended.length === 0 ? undefined : total('seconds') / total('expected');
  };
  const overall = paceOf(all) ?? 1;
  const left = [...new Set(all.map(({ stage }) => stage))].flatMap((stage) => {
    const rows = all.filter((row) => row.stage === stage);
    const pace = paceOf(rows) ?? overall;
    return rows
      .filter(({ status }) => status === 'queued' || status === 'running')
      .map(({ share, expected, ...row }) => ({ ...row, seconds: (1 - share) * expected * pace }));
  });
  return { used: hoursOf(all), toCome: hoursOf(left) };
}

function hoursOf(rows: readonly { cpus: number; gpus: number; seconds: number }[]): JobHours {
  const of = (key: 'cpus' | 'gpus') => rows.reduce((sum, row) => sum + row[key] * row.seconds, 0) / 3600;
  return { coreHours: of('cpus'), gpuHours: of('gpus') };
}
