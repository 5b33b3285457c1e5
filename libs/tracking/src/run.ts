import { UserError } from '@id3/core';
import type { Connection } from './connection.ts';
import type { MetricRow, RunEnd, RunProgress, RunStore } from './entries.ts';
import { RunRecord, metricRows, requireNumbers } from './record.ts';

const HEARTBEAT_MS = 2_000;
const FLUSH_MS = 500;
const FLUSH_ROWS = 500;
/** A log this long after the last flush is written at once: the steps are slow, and may block the timer. */
const SLOW_STEP_MS = 50;

/**
 * One run being recorded. Metrics gather in memory and are written together; what was logged more
 * than a second ago survives SIGKILL. Every method throws a UserError where the disk refuses.
 */
export class Run<S extends RunStore = Connection> extends RunRecord<S> {
  private rows: MetricRow[] = [];
  private lastFlush = 0;
  private lastHeartbeat = Date.now();
  private readonly flushTimer: NodeJS.Timeout;
  private readonly heartbeatTimer: NodeJS.Timeout;
  private reported: RunProgress | undefined;
  private first: { step: number; time: number } | undefined;

  /** @param ended called when the run is no longer written by this process */
  constructor(
    store: S,
    id: number,
    private readonly ended: () => void = () => {},
  ) {
    super(store, id);
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
    this.rows.push(...metricRows(step, values));
    if (this.rows.length >= FLUSH_ROWS || time - this.lastFlush >= SLOW_STEP_MS) this.flush();
    if (time - this.lastHeartbeat >= HEARTBEAT_MS) this.heartbeat();
  }

  /** Writes what `log` gathered. */
  flush(): void {
    if (this.rows.length === 0) return;
    this.record({ kind: 'metrics', rows: this.rows });
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
    this.ended();
  }

  /** Records what computes the run, where that is known only after its start. */
  engine(name: string, versions: Record<string, string>): void {
    this.record({ kind: 'engine', name, versions });
  }

  private end(status: RunEnd, error: string | null): void {
    this.detach();
    this.record({ kind: 'ended', status, error, time: Date.now(), progress: this.reported });
  }

  private heartbeat(): void {
    this.lastHeartbeat = Date.now();
    this.record({ kind: 'alive', time: this.lastHeartbeat, progress: this.reported });
  }
}
