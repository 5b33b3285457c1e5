import { and, asc, count, desc, eq, inArray, isNotNull, isNull, max, ne, sql, sum } from 'drizzle-orm';
import type { Readable } from './reader.ts';
import { asItIs } from './reap.ts';
import { experiments, metricSummaries, runs, variantRuns, variants } from './schema.ts';

/** The metric of a computed stage that says how many bytes its folder has. */
export const DISK_BYTES = 'disk.bytes';

/** What a list of experiments says of one. Times are in milliseconds. */
export interface ExperimentOverview {
  readonly id: number;
  readonly name: string;
  /** Its own runs, the newest first: at least one. */
  readonly runs: readonly OverviewRun[];
  /** Runs of stages that were computed, and of those that were there already. */
  readonly computed: number;
  readonly cached: number;
  /** The sum of what its own runs took, and of what its computed stages took. */
  readonly wallMs: number;
  readonly computeMs: number;
  /** What its computed stages left on the disk; undefined where none said so. */
  readonly diskBytes: number | undefined;
  readonly engines: readonly string[];
  readonly hosts: readonly string[];
}

/** A run of an experiment itself, not of one of its stages. */
export type OverviewRun = ReturnType<typeof ownRuns>[number];

/**
 * Experiments by their newest run, the newest first: `limit` of them after the first `offset`. Asks indexes and, of metrics, one
 * summary a run.
 */
export function listExperimentOverviews(
  database: Readable,
  { limit, offset = 0 }: { limit: number; offset?: number },
): ExperimentOverview[] {
  const { db } = database;
  const shown = db
    .select({ id: experiments.id, name: experiments.name, newest: max(runs.id) })
    .from(experiments)
    .innerJoin(runs, eq(runs.experimentId, experiments.id))
    .groupBy(experiments.id)
    .orderBy(desc(max(runs.id)))
    .limit(limit)
    .offset(offset)
    .all();
  const ids = shown.map(({ id }) => id);
  const own = ownRuns(database, ids);
  const stages = new Map(stageSums(database, ids).map((row) => [row.id, row]));
  const bytes = new Map(diskBytes(database, ids).map((row) => [row.id, row.bytes]));
  return shown.flatMap(({ id, name }) => {
    const ofIt = own.filter(({ experimentId }) => experimentId === id);
    if (ofIt.length === 0) return [];
    const stage = stages.get(id);
    const disk = bytes.get(id);
    return {
      id,
      name,
      runs: ofIt,
      computed: stage?.computed ?? 0,
      cached: stage?.cached ?? 0,
      wallMs: ofIt.reduce((ms, run) => ms + (run.finishedAt ?? run.heartbeatAt) - run.startedAt, 0),
      computeMs: Number(stage?.ms ?? 0),
      diskBytes: disk === undefined || disk === null ? undefined : Number(disk),
      engines: listOf(stage?.engines),
      hosts: [...new Set(ofIt.map(({ host }) => host))],
    };
  });
}

/** How many experiments there are. */
export const countExperiments = ({ db }: Readable): number =>
  db.select({ count: count() }).from(experiments).get()!.count;

/** Of each variant of an experiment's run, how many of its recognisers are verified, and how many are to be; null where that was not said. */
export function getVerified({ db }: Readable, runId: number) {
  const isDone = sql`${runs.status} in ('finished', 'cached')`;
  return db
    .select({
      name: variants.name,
      verified: sql<number>`count(case when ${isDone} then 1 end)`,
      wanted: variants.verifications,
    })
    .from(variants)
    .leftJoin(variantRuns, and(eq(variantRuns.variantId, variants.id), eq(variantRuns.role, 'verification')))
    .leftJoin(runs, eq(runs.id, variantRuns.runId))
    .where(eq(variants.runId, runId))
    .groupBy(variants.id)
    .orderBy(asc(variants.position))
    .all();
}

function ownRuns({ db }: Readable, experimentIds: number[]) {
  const { id, experimentId, name, status, host, pid, processStart, job, startedAt, finishedAt, heartbeatAt } =
    runs;
  const about = {
    id,
    experimentId,
    name,
    status,
    host,
    pid,
    processStart,
    job,
    startedAt,
    finishedAt,
    heartbeatAt,
  };
  const own = db
    .select({
      ...about,
      step: runs.step,
      steps: runs.steps,
      secondsLeft: runs.secondsLeft,
    })
    .from(runs)
    .where(and(inArray(runs.experimentId, experimentIds), isNull(runs.parentId)))
    .orderBy(desc(runs.id))
    .all()
    .map(asItIs);
  const compared = db
    .select({ runId: variants.runId, count: count() })
    .from(variants)
    .where(
      inArray(
        variants.runId,
        own.map(({ id }) => id),
      ),
    )
    .groupBy(variants.runId)
    .all();
  const counts = new Map(compared.map((row) => [row.runId, row.count]));
  /** How many variants the run compares; 0 where it compares nothing. */
  return own.map((run) => ({ ...run, variants: counts.get(run.id) ?? 0 }));
}

function stageSums({ db }: Readable, experimentIds: number[]) {
  const { experimentId, startedAt, finishedAt, heartbeatAt, status, engine } = runs;
  const isComputed = sql`${status} not in ('cached', 'queued')`;
  return db
    .select({
      id: experimentId,
      computed: sql<number>`count(case when ${isComputed} then 1 end)`,
      cached: sql<number>`count(case when ${status} = 'cached' then 1 end)`,
      ms: sum(sql`case when ${isComputed} then coalesce(${finishedAt}, ${heartbeatAt}) - ${startedAt} end`),
      engines: sql<string | null>`group_concat(distinct ${engine})`,
    })
    .from(runs)
    .where(and(inArray(experimentId, experimentIds), isNotNull(runs.parentId)))
    .groupBy(experimentId)
    .all();
}

function diskBytes({ db }: Readable, experimentIds: number[]) {
  return (
    db
      .select({ id: runs.experimentId, bytes: sum(metricSummaries.value) })
      .from(runs)
      // By its primary key: of no run another metric is read.
      .innerJoin(
        metricSummaries,
        and(eq(metricSummaries.runId, runs.id), eq(metricSummaries.key, DISK_BYTES)),
      )
      .where(
        and(inArray(runs.experimentId, experimentIds), isNotNull(runs.parentId), ne(runs.status, 'cached')),
      )
      .groupBy(runs.experimentId)
      .all()
  );
}

const listOf = (text: string | null | undefined): string[] => text?.split(',').sort() ?? [];
