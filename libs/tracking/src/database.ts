import { dirname } from 'node:path';
import { UserError, hashOf, makeFolder } from '@id3/core';
import type BetterSqlite from 'better-sqlite3';
import { and, eq } from 'drizzle-orm';
import { drizzle, type BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { EntryWriter } from './apply.ts';
import type { Connection } from './connection.ts';
import type { Entry } from './entries.ts';
import { explained } from './errors.ts';
import { gitState } from './git.ts';
import { thisProcess } from './liveness.ts';
import { migrate } from './migrate.ts';
import { reapInterrupted } from './reap.ts';
import { RunRecord } from './record.ts';
import { Run } from './run.ts';
import { experiments, jobs, runs, type RunStatus } from './schema.ts';
import { openSqlite } from './sqlite.ts';

const BUSY_TIMEOUT_MS = 20_000;

/** What a run is about. `config` may be any JSON value; runs of equal configs have equal hashes. */
export interface RunOptions {
  experiment: string;
  name: string;
  config: unknown;
  parent?: number;
  variant?: string;
  stage?: string;
  seed?: number;
  /** What a person types to make the run again. */
  command?: string;
  engine?: { name: string; versions: Record<string, string> };
}

/** What is known of a job when it is submitted. */
export interface QueuedJob {
  readonly token: string;
  readonly cpus: number;
  readonly gpus: number;
  /** Seconds that the work is expected to take. */
  readonly expectedSeconds: number;
}

/** What a cluster says of a job. */
export interface JobState {
  readonly state: string;
  readonly reason: string | undefined;
  /** Undefined, or negative, where it is not known. */
  readonly node: string | undefined;
  readonly restarts: number;
}

/**
 * Opens or creates a tracking database, brings its schema up to date, and marks as `interrupted`
 * the runs whose processes have died. Throws a UserError where the file is no database, cannot be
 * written, or was written by newer code.
 */
export function openDatabase(path: string): Database {
  return explained(path, () => {
    makeFolder(dirname(path));
    const sqlite = openSqlite(path, { timeout: BUSY_TIMEOUT_MS });
    try {
      sqlite.pragma('journal_mode = WAL');
      // With WAL this survives the death of a process; the last moments may go with the power.
      sqlite.pragma('synchronous = NORMAL');
      sqlite.pragma('foreign_keys = ON');
      migrate(sqlite, path);
      const database = new Database(path, sqlite);
      reapInterrupted(database);
      return database;
    } catch (error) {
      sqlite.close();
      throw error;
    }
  });
}

/** An open tracking database: starts runs and answers the queries of `queries.ts`. */
export class Database implements Connection {
  /** The drizzle handle; its types come from `schema.ts`. */
  readonly db: BetterSQLite3Database;
  private readonly open = new Set<Run>();
  private readonly entries: EntryWriter;
  private readonly flushAll = () => {
    for (const run of this.open) run.flush();
  };

  constructor(
    readonly path: string,
    private readonly sqlite: BetterSqlite.Database,
  ) {
    this.db = drizzle(sqlite);
    this.entries = new EntryWriter(this.db);
    process.once('exit', this.flushAll);
  }

  /** The folder that artefact paths are relative to. */
  get root(): string {
    return dirname(this.path);
  }

  /** Starts a run of the calling process. */
  initRun(options: RunOptions): Run {
    return this.opened(this.insertRun(options, 'running'));
  }

  /** Records a run that a cluster's job is to compute; its journals carry the token. */
  queueRun(options: RunOptions, job: QueuedJob): RunRecord {
    return this.write((db) => {
      const id = this.insertRun(options, 'queued');
      db.insert(jobs)
        .values({ runId: id, state: 'PENDING', submittedAt: Date.now(), ...job })
        .run();
      return new RunRecord(this, id);
    });
  }

  /** What the journals of a run's job carry; undefined where no job computes it. */
  jobToken(run: number): string | undefined {
    return this.db.select({ token: jobs.token }).from(jobs).where(eq(jobs.runId, run)).get()?.token;
  }

  /** Records what a cluster says of a run's job now. */
  noteJob(run: number, job: string, { state, reason, node, restarts }: JobState): void {
    this.write((db) => {
      db.update(runs).set({ job }).where(eq(runs.id, run)).run();
      const known = { ...(node !== undefined && { node }), ...(restarts >= 0 && { restarts }) };
      db.update(jobs)
        .set({ state, reason: reason ?? null, ...known })
        .where(eq(jobs.runId, run))
        .run();
      // A job that was put back computes nothing until it begins again.
      if (state === 'PENDING')
        db.update(runs)
          .set({ status: 'queued' })
          .where(and(eq(runs.id, run), eq(runs.status, 'running')))
          .run();
    });
  }

  /** Joins a run that another process of this host started and will end, to log to it. */
  attachRun(id: number): Run {
    return this.opened(id);
  }

  /** Records a run that had nothing to compute, for its result was there already. */
  cachedRun(options: RunOptions): RunRecord {
    return new RunRecord(this, this.insertRun(options, 'cached'));
  }

  record(run: number, entries: readonly Entry[]): void {
    this.write(() => {
      for (const entry of entries) this.take(run, entry);
    });
  }

  /** Writes an entry inside a transaction that is open. */
  take(run: number, entry: Entry): void {
    this.entries.write(run, entry);
  }

  /** Runs a write transaction; other processes wait for it. */
  write<T>(action: (db: BetterSQLite3Database) => T): T {
    return explained(this.path, () => this.sqlite.transaction(() => action(this.db)).immediate());
  }

  /** Writes what is pending and closes the file. */
  close(): void {
    this.flushAll();
    process.off('exit', this.flushAll);
    this.sqlite.close();
  }

  private opened(id: number): Run {
    const run: Run = new Run<Connection>(this, id, () => this.open.delete(run));
    this.open.add(run);
    return run;
  }

  private insertRun(
    options: RunOptions,
    status: Extract<RunStatus, 'queued' | 'running' | 'cached'>,
  ): number {
    const { experiment, parent, engine, ...about } = options;
    if (about.config === null || about.config === undefined)
      throw new UserError(
        `A run of experiment ${experiment} is given no config; give an object, {} where there is nothing to say.`,
      );
    const now = Date.now();
    const git = gitState();
    return this.write((db) => {
      db.insert(experiments).values({ name: experiment, createdAt: now }).onConflictDoNothing().run();
      const { id: experimentId } = db
        .select({ id: experiments.id })
        .from(experiments)
        .where(eq(experiments.name, experiment))
        .get()!;
      return db
        .insert(runs)
        .values({
          ...about,
          ...thisProcess(),
          experimentId,
          parentId: parent,
          configHash: hashOf(about.config),
          status,
          gitRevision: git?.revision,
          gitDirty: git?.dirty,
          engine: engine?.name,
          engineVersions: engine?.versions,
          startedAt: now,
          finishedAt: status === 'cached' ? now : null,
          heartbeatAt: now,
        })
        .returning({ id: runs.id })
        .get().id;
    });
  }
}
