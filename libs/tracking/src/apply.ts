import { and, eq, inArray, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { Entry, MetricRow, Verification } from './entries.ts';
import {
  artefacts,
  events,
  jobRuns,
  metricSummaries,
  metrics,
  runs,
  scoreCurves,
  verificationFolds,
  verificationSummaries,
} from './schema.ts';

/** Writes entries into the database, inside whatever transaction is open. */
export class EntryWriter {
  private readonly metric;
  private readonly metricSummary;
  private readonly touch;

  constructor(private readonly db: BetterSQLite3Database) {
    this.metric = prepareMetric(db);
    this.metricSummary = prepareSummary(db);
    // A reader on another host may have taken a long silence for death.
    this.touch = db
      .update(runs)
      .set({ heartbeatAt: sql`${sql.placeholder('now')}`, status: 'running' })
      .where(and(eq(runs.id, sql.placeholder('run')), inArray(runs.status, ['running', 'interrupted'])))
      .prepare();
  }

  write(run: number, entry: Entry): void {
    const { db } = this;
    const ofRun = eq(runs.id, run);
    if (entry.kind === 'metrics' || entry.kind === 'summary') this.metrics(run, entry.rows);
    else if (entry.kind === 'alive') {
      this.touch.run({ run, now: entry.time });
      if (entry.progress !== undefined) db.update(runs).set(entry.progress).where(ofRun).run();
    } else if (entry.kind === 'started') {
      const { process, job, time } = entry;
      // Of a job that was put back, the first start counts.
      const isFirst = sql`status = 'queued' and coalesce((select restarts from jobs where run_id = ${run}), 0) = 0`;
      const startedAt = sql`case when ${isFirst} then ${time} else started_at end`;
      const fresh = { startedAt, heartbeatAt: time, finishedAt: null, error: null };
      db.update(runs)
        .set({ ...process, ...fresh, job, status: 'running' })
        .where(ofRun)
        .run();
    } else if (entry.kind === 'job') {
      const { kind, seconds, ...about } = entry;
      db.insert(jobRuns)
        .values({ runId: run, seconds, ...about })
        .onConflictDoUpdate({ target: [jobRuns.runId, jobRuns.piece], set: { seconds } })
        .run();
    } else if (entry.kind === 'engine')
      db.update(runs).set({ engine: entry.name, engineVersions: entry.versions }).where(ofRun).run();
    else if (entry.kind === 'verification') this.verification(run, entry.result);
    else if (entry.kind === 'artefact') {
      const { path, of: kind, sha256, bytes, time } = entry;
      db.delete(artefacts)
        .where(and(eq(artefacts.runId, run), eq(artefacts.path, path), eq(artefacts.kind, kind)))
        .run();
      db.insert(artefacts).values({ runId: run, path, kind, sha256, bytes, createdAt: time }).run();
    } else if (entry.kind === 'event') {
      const { level, message, time } = entry;
      db.insert(events).values({ runId: run, level, message, time }).run();
    } else {
      const { status, error, time, progress } = entry;
      db.update(runs)
        .set({ status, error, finishedAt: time, heartbeatAt: time, ...progress, secondsLeft: null })
        .where(ofRun)
        .run();
    }
  }

  private metrics(run: number, rows: readonly MetricRow[]): void {
    for (const [key, step, value, time] of rows) this.metric.run({ run, key, step, value, time });
    for (const summary of summaries(rows)) this.metricSummary.run({ run, ...summary });
  }

  private verification(run: number, { benchmark, folds, curves = [], ...summary }: Verification): void {
    const { db } = this;
    for (const table of [verificationSummaries, verificationFolds, scoreCurves])
      db.delete(table)
        .where(and(eq(table.runId, run), eq(table.benchmark, benchmark)))
        .run();
    const of = { runId: run, benchmark };
    db.insert(verificationSummaries)
      .values({ ...of, ...summary })
      .run();
    for (const fold of folds)
      db.insert(verificationFolds)
        .values({ ...of, ...fold })
        .run();
    for (const curve of curves)
      db.insert(scoreCurves)
        .values({ ...of, ...curve })
        .run();
  }
}

const prepareMetric = (db: BetterSQLite3Database) =>
  db
    .insert(metrics)
    .values({
      runId: sql.placeholder('run'),
      key: sql.placeholder('key'),
      step: sql.placeholder('step'),
      value: sql.placeholder('value'),
      time: sql.placeholder('time'),
    })
    .onConflictDoUpdate({
      target: [metrics.runId, metrics.key, metrics.step],
      set: { value: sql`excluded.value`, time: sql`excluded.time` },
    })
    .prepare();

const prepareSummary = (db: BetterSQLite3Database) =>
  db
    .insert(metricSummaries)
    .values({
      runId: sql.placeholder('run'),
      key: sql.placeholder('key'),
      step: sql.placeholder('step'),
      value: sql.placeholder('value'),
      min: sql.placeholder('min'),
      max: sql.placeholder('max'),
    })
    .onConflictDoUpdate({
      target: [metricSummaries.runId, metricSummaries.key],
      set: {
        step: sql`max(${metricSummaries.step}, excluded.step)`,
        value: sql`case when excluded.step >= ${metricSummaries.step} then excluded.value else ${metricSummaries.value} end`,
        // SQLite's min and max of two numbers are NULL where one is.
        min: sql`coalesce(min(${metricSummaries.min}, excluded.min), ${metricSummaries.min}, excluded.min)`,
        max: sql`coalesce(max(${metricSummaries.max}, excluded.max), ${metricSummaries.max}, excluded.max)`,
      },
    })
    .prepare();

interface Summary {
  readonly key: string;
  readonly step: number;
  readonly value: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

/** Of each key, its last value and its range. */
function summaries(rows: readonly MetricRow[]): Iterable<Summary> {
  const byKey = new Map<string, Summary>();
  for (const [key, step, value] of rows) {
    const known = byKey.get(key);
    const [min, max] = [lower(known?.min ?? null, value), higher(known?.max ?? null, value)];
    const last = known !== undefined && known.step > step ? known : { step, value };
    byKey.set(key, { key, step: last.step, value: last.value, min, max });
  }
  return byKey.values();
}

const lower = (a: number | null, b: number | null) => (a === null || b === null ? (a ?? b) : Math.min(a, b));
const higher = (a: number | null, b: number | null) => (a === null || b === null ? (a ?? b) : Math.max(a, b));
