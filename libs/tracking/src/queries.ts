import { and, asc, desc, eq, exists, getTableColumns, inArray, type SQL } from 'drizzle-orm';
import type { Readable } from './reader.ts';
import { asItIs } from './reap.ts';
import {
  artefacts,
  events,
  experiments,
  metricSummaries,
  metrics,
  runs,
  scoreCurves,
  variantRuns,
  variants,
  verificationFolds,
  verificationSummaries,
  type RunStatus,
} from './schema.ts';

export type RunRow = typeof runs.$inferSelect;

/** Every experiment, the newest first. */
export function listExperiments({ db }: Readable) {
  return db.select().from(experiments).orderBy(desc(experiments.id)).all();
}

/** The runs that match every given field, the newest first. */
export function listRuns(
  database: Readable,
  where: {
    experimentId?: number;
    parentId?: number;
    stage?: string;
    statuses?: RunStatus[];
    /** Runs of experiments that compare variants. */
    withVariants?: boolean;
  } = {},
): RunRow[] {
  const conditions: SQL[] = [];
  if (where.experimentId !== undefined) conditions.push(eq(runs.experimentId, where.experimentId));
  if (where.parentId !== undefined) conditions.push(eq(runs.parentId, where.parentId));
  if (where.stage !== undefined) conditions.push(eq(runs.stage, where.stage));
  if (where.withVariants)
    conditions.push(exists(database.db.select().from(variants).where(eq(variants.runId, runs.id))));
  const rows = database.db
    .select()
    .from(runs)
    .where(and(...conditions))
    .orderBy(desc(runs.id))
    .all()
    .map(asItIs);
  return where.statuses === undefined ? rows : rows.filter((run) => where.statuses!.includes(run.status));
}

/** One run, or undefined where there is none with this id. */
export function getRun(database: Readable, id: number): RunRow | undefined {
  const run = database.db.select().from(runs).where(eq(runs.id, id)).get();
  return run && asItIs(run);
}

/** A run's metrics, all of them or one, by name and step. */
export function getMetrics({ db }: Readable, runId: number, key?: string) {
  return db
    .select({ key: metrics.key, step: metrics.step, value: metrics.value, time: metrics.time })
    .from(metrics)
    .where(and(eq(metrics.runId, runId), key === undefined ? undefined : eq(metrics.key, key)))
    .orderBy(asc(metrics.key), asc(metrics.step))
    .all();
}

/** The verification folds of these runs. */
export function getVerificationFolds({ db }: Readable, runIds: number[]) {
  return db
    .select()
    .from(verificationFolds)
    .where(inArray(verificationFolds.runId, runIds))
    .orderBy(asc(verificationFolds.runId), asc(verificationFolds.benchmark), asc(verificationFolds.fold))
    .all();
}

/** The verification summaries of these runs. */
export function getVerificationSummaries({ db }: Readable, runIds: number[]) {
  return db.select().from(verificationSummaries).where(inArray(verificationSummaries.runId, runIds)).all();
}

/** A run's ROC curves and score histograms. */
export function getScoreCurves({ db }: Readable, runId: number) {
  return db.select().from(scoreCurves).where(eq(scoreCurves.runId, runId)).all();
}

/** A run's files. */
export function getArtefacts({ db }: Readable, runId: number) {
  return db.select().from(artefacts).where(eq(artefacts.runId, runId)).all();
}

/** A run's events in their order. */
export function getEvents({ db }: Readable, runId: number) {
  return db.select().from(events).where(eq(events.runId, runId)).orderBy(asc(events.id)).all();
}

/** The variants that an experiment's run compares, in the order of its table. */
export function getVariants({ db }: Readable, runId: number) {
  return db.select().from(variants).where(eq(variants.runId, runId)).orderBy(asc(variants.position)).all();
}

/** The runs that these variants are made of, each with what it tells of its variant. */
export function getVariantRuns({ db }: Readable, variantIds: number[]) {
  return db
    .select({ variantId: variantRuns.variantId, role: variantRuns.role, run: runs })
    .from(variantRuns)
    .innerJoin(runs, eq(runs.id, variantRuns.runId))
    .where(inArray(variantRuns.variantId, variantIds))
    .orderBy(asc(variantRuns.runId))
    .all()
    .map((row) => ({ ...row, run: asItIs(row.run) }));
}

/** The variants that a run is part of. */
export function getVariantsOfRun({ db }: Readable, runId: number) {
  return db
    .select({ variant: variants, role: variantRuns.role })
    .from(variantRuns)
    .innerJoin(variants, eq(variants.id, variantRuns.variantId))
    .where(eq(variantRuns.runId, runId))
    .orderBy(asc(variants.id))
    .all();
}

/** The last value and range of every metric of these runs; of all runs where none are given. */
export function getMetricSummaries({ db }: Readable, runIds?: number[]) {
  return db
    .select()
    .from(metricSummaries)
    .where(runIds && inArray(metricSummaries.runId, runIds))
    .all();
}

/** One file of a run. */
export function getArtefact({ db }: Readable, id: number) {
  return db.select().from(artefacts).where(eq(artefacts.id, id)).get();
}

/** Columns of a run that are large. */
const LARGE = ['config', 'engineVersions', 'error'] as const;
type Large = (typeof LARGE)[number];

/** A run without what is large: its config, its error, its engine's versions. */
export type SlimRun = Omit<RunRow, Large>;

const SLIM = Object.fromEntries(
  Object.entries(getTableColumns(runs)).filter(([name]) => !LARGE.some((large) => large === name)),
) as Omit<ReturnType<typeof getTableColumns<typeof runs>>, Large>;

/** Every run, or every one that a run has started, without what is large, the newest first: for tables of thousands of them. */
export function listRunsSlim({ db }: Readable, { parentId }: { parentId?: number } = {}): SlimRun[] {
  return db
    .select(SLIM)
    .from(runs)
    .where(parentId === undefined ? undefined : eq(runs.parentId, parentId))
    .orderBy(desc(runs.id))
    .all()
    .map((run) => asItIs(run));
}

/** The configs of these runs. */
export function getRunConfigs({ db }: Readable, runIds: number[]) {
  return inChunks(runIds, (ids) =>
    db
      .select({ configHash: runs.configHash, config: runs.config })
      .from(runs)
      .where(inArray(runs.id, ids))
      .all(),
  );
}

/** The last values of these metrics in every run that has them. */
export function getMetricValues({ db }: Readable, keys: string[]) {
  if (keys.length === 0) return [];
  const { runId, key, value } = metricSummaries;
  return db.select({ runId, key, value }).from(metricSummaries).where(inArray(key, keys)).all();
}

/** The names of all metrics. */
export function listMetricKeys({ db }: Readable): string[] {
  return db
    .selectDistinct({ key: metricSummaries.key })
    .from(metricSummaries)
    .orderBy(asc(metricSummaries.key))
    .all()
    .map(({ key }) => key);
}

/** A statement takes a limited number of values. */
function inChunks<T>(ids: number[], read: (ids: number[]) => T[]): T[] {
  const chunks = Array.from({ length: Math.ceil(ids.length / 10_000) }, (_, k) =>
    ids.slice(10_000 * k, 10_000 * (k + 1)),
  );
  return chunks.flatMap(read);
}
