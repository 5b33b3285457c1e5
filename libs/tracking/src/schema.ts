import { index, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Where a run stands; `cached` means that its result was there already and nothing was computed. */
export const RUN_STATUSES = ['running', 'finished', 'failed', 'interrupted', 'cached'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export const EVENT_LEVELS = ['info', 'warning', 'error'] as const;
export type EventLevel = (typeof EVENT_LEVELS)[number];

// Every time is in milliseconds since 1970.

export const experiments = sqliteTable('experiments', {
  id: integer('id').primaryKey(),
  name: text('name').notNull().unique(),
  createdAt: integer('created_at').notNull(),
});

export const runs = sqliteTable(
  'runs',
  {
    id: integer('id').primaryKey(),
    experimentId: integer('experiment_id')
      .notNull()
      .references(() => experiments.id),
    /** The run that started this one, as the ablation's run starts one for each stage. */
    parentId: integer('parent_id'),
    name: text('name').notNull(),
    variant: text('variant'),
    stage: text('stage'),
    seed: integer('seed'),
    config: text('config', { mode: 'json' }).$type<unknown>().notNull(),
    configHash: text('config_hash').notNull(),
    status: text('status', { enum: RUN_STATUSES }).notNull(),
    /** Why the run failed: one sentence, or a stack for an error nobody foresaw. */
    error: text('error'),
    gitRevision: text('git_revision'),
    gitDirty: integer('git_dirty', { mode: 'boolean' }),
    engine: text('engine'),
    engineVersions: text('engine_versions', { mode: 'json' }).$type<Record<string, string>>(),
    host: text('host').notNull(),
    pid: integer('pid').notNull(),
    /** Tells the process from a later one with the same pid; see {@link ProcessIdentity}. */
    processStart: text('process_start').notNull(),
    startedAt: integer('started_at').notNull(),
    finishedAt: integer('finished_at'),
    heartbeatAt: integer('heartbeat_at').notNull(),
  },
  (run) => [
    index('runs_by_experiment').on(run.experimentId),
    index('runs_by_parent').on(run.parentId),
    index('runs_by_status').on(run.status),
  ],
);

const runId = () =>
  integer('run_id')
    .notNull()
    .references(() => runs.id, { onDelete: 'cascade' });

export const metrics = sqliteTable(
  'metrics',
  {
    runId: runId(),
    key: text('key').notNull(),
    step: integer('step').notNull(),
    /** NULL where the number was NaN. */
    value: real('value'),
    time: integer('time').notNull(),
  },
  (metric) => [primaryKey({ columns: [metric.runId, metric.key, metric.step] })],
);

export const verificationFolds = sqliteTable(
  'verification_folds',
  {
    runId: runId(),
    benchmark: text('benchmark').notNull(),
    fold: integer('fold').notNull(),
    /** Share of the fold's pairs judged rightly at the threshold chosen on the other folds, 0 to 1. */
    accuracy: real('accuracy').notNull(),
    threshold: real('threshold').notNull(),
  },
  (row) => [primaryKey({ columns: [row.runId, row.benchmark, row.fold] })],
);

export const verificationSummaries = sqliteTable(
  'verification_summaries',
  {
    runId: runId(),
    benchmark: text('benchmark').notNull(),
    pairs: integer('pairs').notNull(),
    accuracy: real('accuracy').notNull(),
    accuracyStd: real('accuracy_std').notNull(),
    auc: real('auc').notNull(),
    eer: real('eer').notNull(),
    /** True acceptance rate by false acceptance rate, as `{"0.001": 0.83}`. */
    tarAtFar: text('tar_at_far', { mode: 'json' }).$type<Record<string, number>>().notNull(),
  },
  (row) => [primaryKey({ columns: [row.runId, row.benchmark] })],
);

export const scoreCurves = sqliteTable(
  'score_curves',
  {
    runId: runId(),
    benchmark: text('benchmark').notNull(),
    /** `roc`: [false, true acceptance rate]; `same`, `different`: histograms of [score, count]. */
    kind: text('kind', { enum: ['roc', 'same', 'different'] }).notNull(),
    points: text('points', { mode: 'json' }).$type<[number, number][]>().notNull(),
  },
  (row) => [primaryKey({ columns: [row.runId, row.benchmark, row.kind] })],
);

export const artefacts = sqliteTable(
  'artefacts',
  {
    id: integer('id').primaryKey(),
    runId: runId(),
    /** Relative to the artefact root, the folder the database lies in. */
    path: text('path').notNull(),
    kind: text('kind').notNull(),
    sha256: text('sha256').notNull(),
    bytes: integer('bytes').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (row) => [index('artefacts_by_run').on(row.runId)],
);

export const events = sqliteTable(
  'events',
  {
    id: integer('id').primaryKey(),
    runId: runId(),
    level: text('level', { enum: EVENT_LEVELS }).notNull(),
    message: text('message').notNull(),
    time: integer('time').notNull(),
  },
  (row) => [index('events_by_run').on(row.runId)],
);
