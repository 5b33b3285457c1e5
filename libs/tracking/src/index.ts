export { Database, openDatabase, type QueuedJob, type RunOptions } from './database.ts';
export { NoArtefact, resolveArtefact, resolveArtefactFile } from './artefact-files.ts';
export { ingest, journalName, type Taken } from './ingest.ts';
export {
  countJobs,
  getJob,
  hoursOfJobs,
  listJobRuns,
  listJobs,
  type JobHours,
  type JobRow,
  type JobRunRow,
} from './jobs.ts';
export { Journal } from './journal.ts';
export { isAlive, processIdentity, thisProcess, type ProcessIdentity } from './liveness.ts';
export { annotate, getAnnotations, type Annotation } from './annotations.ts';
export { type Entry, type RunProgress, type RunStore, type Verification } from './entries.ts';
export * from './overview.ts';
export * from './queries.ts';
export { listMakers, type Maker } from './makers.ts';
export { DatabaseProblem, openReader, orProblem, Reader, type ProblemKind, type Readable } from './reader.ts';
export { reapInterrupted } from './reap.ts';
export { RunRecord, type VariantOptions } from './record.ts';
export { Run } from './run.ts';
export {
  RUN_TABLES,
  columnsOf,
  eachRow,
  type Column,
  type ColumnKind,
  type RunTable,
  type RunTableRow,
} from './run-tables.ts';
export { RUN_STATUSES, type CurveKind, type EventLevel, type RunStatus, type VariantRole } from './schema.ts';
export { listSavedViews, removeView, saveView, type SavedView } from './saved-views.ts';
export { openSqlite } from './sqlite.ts';
export { SYSTEM } from './system.ts';
export { listVariantArtefacts, type VariantArtefact } from './variant-artefacts.ts';
