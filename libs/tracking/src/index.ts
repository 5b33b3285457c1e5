export { Database, openDatabase, type RunOptions } from './database.ts';
export { isAlive, processIdentity, thisProcess, type ProcessIdentity } from './liveness.ts';
export * from './queries.ts';
export { reapInterrupted } from './reap.ts';
export { RunRecord, type Verification } from './record.ts';
export { Run } from './run.ts';
export type { EventLevel, RunStatus } from './schema.ts';
