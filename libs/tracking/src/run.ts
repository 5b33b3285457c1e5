import { UserError } from '@id3/core';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { RunRecord } from './record.ts';
import { metrics, runs } from './schema.ts';

const HEARTBEAT_MS = 2_000;
const FLUSH_MS = 500;
const FLUSH_ROWS = 500;
/** A log this long after the last flush is written at once: the steps are slow, and may block the timer. */
const SLOW_STEP_MS = 50;

/**
 * One run being recorded. Metrics gather in memory and are written together; what was logged more
 * than a second ago survives SIGKILL. Every method throws a UserError where the disk refuses.
 */
export class Run extends RunRecord {
  private rows: { key: string; step: number; value: number | null; time: number }[] = [];
  private lastFlush = 0;
  private lastHeartbeat = Date.now();
  private readonly flushTimer: NodeJS.Timeout;
  private readonly heartbeatTimer: NodeJS.Timeout;
  private readonly insertMetric;
  private readonly touch;

  constructor(database: Database, id: number) {
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

  /** Records named numbers at a step; the last value of a (name, step) wins. */
  log(step: number, values: Record<string, number>): void {
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
    });
    this.rows = [];
    this.lastFlush = Date.now();
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
    this.database.forget(this);
  }

  /** Records what computes the run, where that is known only after its start. */
  engine(name: string, versions: Record<string, string>): void {
    this.database.write((db) =>
      db.update(runs).set({ engine: name, engineVersions: versions }).where(eq(runs.id, this.id)).run(),
    );
  }

  private end(status: 'finished' | 'failed' | 'interrupted', error: string | null): void {
    this.detach();
    const now = Date.now();
    this.database.write((db) =>
      db
        .update(runs)
        .set({ status, error, finishedAt: now, heartbeatAt: now })
        .where(eq(runs.id, this.id))
        .run(),
    );
  }

  private heartbeat(): void {
    this.lastHeartbeat = Date.now();
    this.database.write(() => this.touch.run({ now: this.lastHeartbeat }));
  }
}
