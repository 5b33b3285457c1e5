import { count, eq, sql } from 'drizzle-orm';
import type { Readable } from './reader.ts';
import { jobs, runs } from './schema.ts';

/** What a cluster says of the jobs of runs. */
export type JobRow = typeof jobs.$inferSelect;

/** The job of a run; undefined where none computes it. */
export const getJob = ({ db }: Readable, runId: number): JobRow | undefined =>
  db.select().from(jobs).where(eq(jobs.runId, runId)).get();

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

/** What jobs have used from their first start to their end, as it was granted to them. */
export function usedByJobs({ db }: Readable, parentId?: number): { coreHours: number; gpuHours: number } {
  const hours = sql`(coalesce(${runs.finishedAt}, ${runs.heartbeatAt}) - ${runs.startedAt}) / 3600000.0`;
  const row = db
    .select({
      coreHours: sql<number>`coalesce(sum(${jobs.cpus} * ${hours}), 0)`,
      gpuHours: sql<number>`coalesce(sum(${jobs.gpus} * ${hours}), 0)`,
    })
    .from(jobs)
    .innerJoin(runs, eq(runs.id, jobs.runId))
    .where(
      sql`${runs.status} <> 'queued' ${parentId === undefined ? sql`` : sql`and ${runs.parentId} = ${parentId}`}`,
    )
    .get();
  return row ?? { coreHours: 0, gpuHours: 0 };
}
