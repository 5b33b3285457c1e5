import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/**
 * Where a run stands; `cached` means that its result was there already and nothing was computed, `queued` that a cluster is to start it.
 */
export const RUN_STATUSES = ['queued', 'running', 'finished', 'failed', 'interrupted', 'cached'] as const;
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
    /** What a person types to make the run again; that of the parent where the run has none. */
    command: text('command'),
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
    /** The cluster's job that computes the run, such as `17_3`: whether it lives, the cluster knows. */
    job: text('job'),
    startedAt: integer('started_at').notNull(),
    finishedAt: integer('finished_at'),
    heartbeatAt: integer('heartbeat_at').notNull(),
    /** How far the run is: `step` of `steps`, in whatever it counts; NULL where it did not say. */
    step: integer('step'),
    steps: integer('steps'),
    /** What the run is expected to take from its last heartbeat on. */
    secondsLeft: real('seconds_left'),
  },
  (run) => [
    // All that the list of experiments asks of a run: the config before it in the table's rows is not read.
    index('runs_overview').on(
      run.experimentId,
      run.parentId,
      run.status,
      run.startedAt,
      run.finishedAt,
      run.heartbeatAt,
      run.engine,
      run.host,
    ),
    index('runs_by_parent').on(run.parentId),
    index('runs_by_status').on(run.status),
  ],
);

const runId = () =>
  integer('run_id')
    .notNull()
    .references(() => runs.id, { onDelete: 'cascade' });

/** A row of an ablation: one config that an experiment's run compares with others. */
export const variants = sqliteTable(
  'variants',
  {
    id: integer('id').primaryKey(),
    /** The experiment's run. */
    runId: runId(),
    /** Its place in the table, from 0. */
    position: integer('position').notNull(),
    name: text('name').notNull(),
    /** What the row says to a reader. */
    title: text('title').notNull(),
    config: text('config', { mode: 'json' }).$type<unknown>().notNull(),
    /** So many of its recognisers are verified when the row is done; NULL where it was not said. */
    verifications: integer('verifications'),
  },
  (variant) => [uniqueIndex('variants_by_run').on(variant.runId, variant.name)],
);

export const VARIANT_ROLES = ['verification', 'measures', 'sample-grid', 'stage'] as const;
export type VariantRole = (typeof VARIANT_ROLES)[number];

/** The stages' runs that a variant is made of; variants share those that do the same work. */
export const variantRuns = sqliteTable(
  'variant_runs',
  {
    variantId: integer('variant_id')
      .notNull()
      .references(() => variants.id, { onDelete: 'cascade' }),
    runId: runId(),
    /** What the run tells of the variant: its accuracies, its dataset's measures, or no more than that it was needed. */
    role: text('role', { enum: VARIANT_ROLES }).notNull(),
  },
  (row) => [primaryKey({ columns: [row.variantId, row.runId] }), index('variant_runs_by_run').on(row.runId)],
);

// The migrations make it a table WITHOUT ROWID, which drizzle cannot say: half the space, one look-up.
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

/** Of each metric of a run, its value at the last step, and its range. */
export const metricSummaries = sqliteTable(
  'metric_summaries',
  {
    runId: runId(),
    key: text('key').notNull(),
    step: integer('step').notNull(),
    value: real('value'),
    min: real('min'),
    max: real('max'),
  },
  (row) => [primaryKey({ columns: [row.runId, row.key] })],
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

/** `roc`: [false, true acceptance rate]; `same`, `different`: histograms of [score, count]. */
export const CURVE_KINDS = ['roc', 'same', 'different'] as const;
export type CurveKind = (typeof CURVE_KINDS)[number];

export const scoreCurves = sqliteTable(
  'score_curves',
  {
    runId: runId(),
    benchmark: text('benchmark').notNull(),
    kind: text('kind', { enum: CURVE_KINDS }).notNull(),
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

/** What a cluster says of a run's job. */
export const jobs = sqliteTable('jobs', {
  runId: runId().primaryKey(),
  /** Journals of this run carry it: those of another database's run of the same number do not. */
  token: text('token').notNull(),
  /** Slurm's words, such as `PENDING`; and why it waits, such as `Resources`. */
  state: text('state').notNull(),
  reason: text('reason'),
  node: text('node'),
  /** How often it was put back into the queue. */
  restarts: integer('restarts').notNull().default(0),
  cpus: integer('cpus').notNull(),
  gpus: integer('gpus').notNull(),
  /** Seconds that its plan expects the work to take; only how those of a stage compare is to be trusted. */
  expectedSeconds: real('expected_seconds'),
  submittedAt: integer('submitted_at').notNull(),
});

/** Each time that a cluster ran a job of a run, or one of its parts: where, and for how long. */
export const jobRuns = sqliteTable(
  'job_runs',
  {
    runId: runId(),
    /** Which piece of the run's work in which submission, and which start of it. */
    piece: text('piece').notNull(),
    /** The job's id, such as `17_3`. */
    job: text('job').notNull(),
    host: text('host').notNull(),
    /** Its log, relative to the folder of the database. */
    log: text('log').notNull(),
    startedAt: integer('started_at').notNull(),
    /** So long it has computed, as far as it has said. */
    seconds: real('seconds').notNull(),
  },
  (row) => [primaryKey({ columns: [row.runId, row.piece] })],
);

/** How far the journals of jobs are taken into this database. */
export const journals = sqliteTable('journals', {
  /** Its file's name. */
  name: text('name').primaryKey(),
  /** So many of its bytes are taken. */
  bytes: integer('bytes').notNull(),
  /** Lines that could not be read, and were left out. */
  broken: integer('broken').notNull(),
});

/** What a person says about a run. */
export const annotations = sqliteTable('annotations', {
  runId: runId().primaryKey(),
  /** What the person calls the run. */
  name: text('name'),
  note: text('note'),
  /** Archived runs are not shown unless asked for. */
  archivedAt: integer('archived_at'),
  updatedAt: integer('updated_at').notNull(),
});

export const tags = sqliteTable('tags', { runId: runId(), tag: text('tag').notNull() }, (row) => [
  primaryKey({ columns: [row.runId, row.tag] }),
  index('tags_by_tag').on(row.tag),
]);

/** A state of a view of the dashboard that a person has given a name. */
export const savedViews = sqliteTable('saved_views', {
  name: text('name').primaryKey(),
  /** The query of its URL, as `filter=stage%3Dverify&sort=-seed`. */
  query: text('query').notNull(),
  updatedAt: integer('updated_at').notNull(),
});
