import { UserError } from '@id3/core';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Connection } from './connection.ts';
import { RunRecord, requireNumbers } from './record.ts';
import { metricSummaries, metrics, runs, type RunStatus } from './schema.ts';

const HEARTBEAT_MS = 2_000;
const FLUSH_MS = 500;
const FLUSH_ROWS = 500;
/** A log this long after the last flush is written at once: the steps are slow, and may block the timer. */
const SLOW_STEP_MS = 50;

type MetricRow = {
  readonly key: string;
  readonly step: number;
  readonly value: number | null;
  readonly time: number;
};

interface Progress {
  readonly step: number;
  readonly steps: number;
  readonly secondsLeft: number | undefined;
}

/**
 * One run being recorded. Metrics gather in memory and are written together; what was logged more
 * than a second ago survives SIGKILL. Every method throws a UserError where the disk refuses.
 */
export class Run extends RunRecord {
  private rows: MetricRow[] = [];
  private lastFlush = 0;
  private lastHeartbeat = Date.now();
  private readonly flushTimer: NodeJS.Timeout;
  private readonly heartbeatTimer: NodeJS.Timeout;
  private readonly insertMetric;
  private readonly insertSummary;
  private readonly touch;
  private reported: Progress | undefined;
  private first: { step: number; time: number } | undefined;

  /** @param ended called when the run is no longer written by this process */
  constructor(
    database: Connection,
    id: number,
    private readonly ended: (run: Run) => void,
  ) {
    super(database, id);
    const { db } = database;
    this.insertMetric = db
      .insert(metrics)
      .values({
        runId: id,
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
    this.insertSummary = db
      .insert(metricSummaries)
      .values({
        runId: id,
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
    // A reader on another host may have taken a long silence for death.
    this.touch = db
      .update(runs)
      .set({ heartbeatAt: sql`${sql.placeholder('now')}`, status: 'running' })
      .where(and(eq(runs.id, id), inArray(runs.status, ['running', 'interrupted'])))
      .prepare();
    // A failed write keeps its rows, and the next log or the end of the run reports it.
    const quietly = (action: () => void) => () => {
      try {
        action();
      } catch {
        return;
      }
    };
    this.flushTimer = setInterval(
      quietly(() => this.flush()),
      FLUSH_MS,
    ).unref();
    this.heartbeatTimer = setInterval(
      quietly(() => this.heartbeat()),
      HEARTBEAT_MS,
    ).unref();
  }

  /**
   * Records named numbers at a step, NaN and infinities among them; the last value of a (name, step) wins. Throws a UserError where
   * something is no number, and then records nothing of this call.
   */
  log(step: number, values: Record<string, number>): void {
    requireNumbers(this.id, { step, ...values });
    if (!Number.isFinite(step))
      throw new UserError(`Run ${this.id} is given metrics of step ${step}; give a finite step.`);
    const time = Date.now();
    for (const [key, value] of Object.entries(values))
      this.rows.push({ key, step, value: Number.isNaN(value) ? null : value, time });
    if (this.rows.length >= FLUSH_ROWS || time - this.lastFlush >= SLOW_STEP_MS) this.flush();
    if (time - this.lastHeartbeat >= HEARTBEAT_MS) this.heartbeat();
  }

  /** Writes what `log` gathered. */
  flush(): void {
    if (this.rows.length === 0) return;
    this.database.write(() => {
      for (const row of this.rows) this.insertMetric.run(row);
      for (const summary of summaries(this.rows)) this.insertSummary.run(summary);
    });
    this.rows = [];
    this.lastFlush = Date.now();
  }

  /** Tells how far the run is, in whatever it counts; written with the next heartbeat. */
  progress(step: number, steps: number): void {
    const time = Date.now();
    this.first ??= { step, time };
    const done = step - this.first.step;
    const secondsLeft = done > 0 ? ((time - this.first.time) / 1000 / done) * (steps - step) : undefined;
    this.reported = { step, steps, secondsLeft };
    if (time - this.lastHeartbeat >= HEARTBEAT_MS) this.heartbeat();
  }

  /** Ends the run well. */
  finish(): void {
    this.end('finished', null);
  }

  /** Ends the run with what went wrong. */
  fail(error: unknown): void {
    const stack = error instanceof Error && !(error instanceof UserError) ? error.stack : undefined;
    this.end('failed', stack ?? (error instanceof Error ? error.message : String(error)));
  }

  /** Ends the run because a person asked for it; it can be resumed. */
  interrupt(): void {
    this.end('interrupted', null);
  }

  /** Writes what is pending and leaves the run to the process that started it. */
  detach(): void {
    clearInterval(this.flushTimer);
    clearInterval(this.heartbeatTimer);
    this.flush();
    this.ended(this);
  }

  /** Records what computes the run, where that is known only after its start. */
  engine(name: string, versions: Record<string, string>): void {
    this.database.write((db) =>
      db.update(runs).set({ engine: name, engineVersions: versions }).where(eq(runs.id, this.id)).run(),
    );
  }

  private end(status: Exclude<RunStatus, 'running' | 'cached'>, error: string | null): void {
    this.detach();
    const now = Date.now();
    this.database.write((db) =>
      db
        .update(runs)
        .set({ status, error, finishedAt: now, heartbeatAt: now, ...this.reported, secondsLeft: null })
        .where(eq(runs.id, this.id))
        .run(),
    );
  }

  private heartbeat(): void {
    this.lastHeartbeat = Date.now();
    this.database.write((db) => {
      this.touch.run({ now: this.lastHeartbeat });
      if (this.reported !== undefined) db.update(runs).set(this.reported).where(eq(runs.id, this.id)).run();
    });
  }
}

/** Of each key, its last value and its range. */
function summaries(rows: readonly MetricRow[]) {
  const byKey = new Map<string, MetricRow & { min: number | null; max: number | null }>();
  for (const row of rows) {
    const { key, step, value } = row;
    const known = byKey.get(key);
    const [min, max] = [lower(known?.min ?? null, value), higher(known?.max ?? null, value)];
    byKey.set(key, { ...(known !== undefined && known.step > step ? known : row), min, max });
  }
  return byKey.values();
}

const lower = (a: number | null, b: number | null) => (a === null || b === null ? (a ?? b) : Math.min(a, b));
const higher = (a: number | null, b: number | null) => (a === null || b === null ? (a ?? b) : Math.max(a, b));
