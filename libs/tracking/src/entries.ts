import type { ProcessIdentity } from './liveness.ts';
import type { CurveKind, EventLevel, RunStatus, jobRuns } from './schema.ts';

/** The result of one verification benchmark; accuracies, AUC, EER and rates are shares from 0 to 1. */
export interface Verification {
  benchmark: string;
  pairs: number;
  accuracy: number;
  accuracyStd: number;
  auc: number;
  eer: number;
  tarAtFar: Record<string, number>;
  folds: { fold: number; accuracy: number; threshold: number }[];
  curves?: { kind: CurveKind; points: [number, number][] }[];
}

/** A metric of a step; `value` is null where it was NaN. */
export type MetricRow = readonly [key: string, step: number, value: number | null, time: number];

/** How far a run is, in whatever it counts. */
export interface RunProgress {
  readonly step: number;
  readonly steps: number;
  readonly secondsLeft?: number | undefined;
}

/** One of the times that a cluster ran a job of a run. */
export type JobRun = Omit<typeof jobRuns.$inferSelect, 'runId'>;

/** How a run may end. */
export type RunEnd = Extract<RunStatus, 'finished' | 'failed' | 'interrupted'>;

/**
 * What is written about a run, as plain data: it goes into the database at once, or through a job's journal. Each may be
 * written twice without harm, as a job does that is run again. Times are in milliseconds since 1970.
 */
export type Entry =
  /** A process has begun, or gone on with, the run. */
  | { kind: 'started'; process: ProcessIdentity; job?: string; time: number }
  /** A cluster runs one of its jobs, for so long by now. */
  | ({ kind: 'job' } & JobRun)
  | { kind: 'engine'; name: string; versions: Record<string, string> }
  | { kind: 'alive'; time: number; progress?: RunProgress }
  | { kind: 'metrics'; rows: readonly MetricRow[] }
  /** Numbers that describe the whole run: metrics of step 0. */
  | { kind: 'summary'; rows: readonly MetricRow[] }
  | { kind: 'verification'; result: Verification }
  | { kind: 'artefact'; path: string; of: string; sha256: string; bytes: number; time: number }
  | { kind: 'event'; level: EventLevel; message: string; time: number }
  | { kind: 'ended'; status: RunEnd; error: string | null; time: number; progress?: RunProgress };

/** Where a run's entries go. Writing throws a UserError where the disk refuses. */
export interface RunStore {
  /** The folder that artefact paths are relative to. */
  readonly root: string;
  /** Writes entries of a run together and in their order. */
  record(run: number, entries: readonly Entry[]): void;
}
