import { and, asc, desc, eq, inArray, type SQL } from 'drizzle-orm';
import type { Database } from './database.ts';
import { reapInterrupted } from './reap.ts';
import {
  artefacts,
  events,
  experiments,
  metrics,
  runs,
  scoreCurves,
  verificationFolds,
  verificationSummaries,
  type RunStatus,
} from './schema.ts';

export type RunRow = typeof runs.$inferSelect;

/** Every experiment, the newest first. */
export function listExperiments({ db }: Database) {
  return db.select().from(experiments).orderBy(desc(experiments.id)).all();
}

/** The runs that match every given field, the newest first; dead runs are marked as interrupted before. */
export function listRuns(
  database: Database,
  where: { experimentId?: number; parentId?: number; stage?: string; statuses?: RunStatus[] } = {},
): RunRow[] {
  reapInterrupted(database);
  const conditions: SQL[] = [];
  if (where.experimentId !== undefined) conditions.push(eq(runs.experimentId, where.experimentId));
  if (where.parentId !== undefined) conditions.push(eq(runs.parentId, where.parentId));
  if (where.stage !== undefined) conditions.push(eq(runs.stage, where.stage));
  if (where.statuses !== undefined) conditions.push(inArray(runs.status, where.statuses));
  return database.db
    .select()
    .from(runs)
    .where(and(...conditions))
    .orderBy(desc(runs.id))
    .all();
}

/** One run, or undefined where there is none with this id. */
export function getRun(database: Database, id: number): RunRow | undefined {
  reapInterrupted(database);
  return database.db.select().from(runs).where(eq(runs.id, id)).get();
}

/** A run's metrics, all of them or one, by name and step. */
export function getMetrics({ db }: Database, runId: number, key?: string) {
  return db
    .select({ key: metrics.key, step: metrics.step, value: metrics.value, time: metrics.time })
    .from(metrics)
    .where(and(eq(metrics.runId, runId), key === undefined ? undefined : eq(metrics.key, key)))
    .orderBy(asc(metrics.key), asc(metrics.step))
    .all();
}

/** The verification folds of these runs. */
export function getVerificationFolds({ db }: Database, runIds: number[]) {
  return db
    .select()
    .from(verificationFolds)
    .where(inArray(verificationFolds.runId, runIds))
    .orderBy(asc(verificationFolds.runId), asc(verificationFolds.benchmark), asc(verificationFolds.fold))
    .all();
}

/** The verification summaries of these runs. */
export function getVerificationSummaries({ db }: Database, runIds: number[]) {
  return db.select().from(verificationSummaries).where(inArray(verificationSummaries.runId, runIds)).all();
}

/** A run's ROC curves and score histograms. */
export function getScoreCurves({ db }: Database, runId: number) {
  return db.select().from(scoreCurves).where(eq(scoreCurves.runId, runId)).all();
}

/** A run's files. */
export function getArtefacts({ db }: Database, runId: number) {
  return db.select().from(artefacts).where(eq(artefacts.runId, runId)).all();
}

/** A run's events in their order. */
export function getEvents({ db }: Database, runId: number) {
  return db.select().from(events).where(eq(events.runId, runId)).orderBy(asc(events.id)).all();
}
