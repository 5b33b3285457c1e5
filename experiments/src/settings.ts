import type { ProfileName } from './config/profiles/names.ts';

/** Where stages are computed. */
export const EXECUTORS = ['local', 'slurm'] as const;

/** GPUs that an estimate can be for: steps were measured on them. */
export const DEVICE_NAMES = ['h200'] as const;

/** How an experiment is run: nothing that a result depends on, and so no part of the config. */
export interface RunSettings {
  /** The config's profile, for the experiment's default name. */
  readonly profile: ProfileName;
  /** The folder of all results, with the database. */
  readonly out: string;
  /** Name of the experiment in the database and of its report. */
  readonly name: string | undefined;
  readonly executor: (typeof EXECUTORS)[number];
  /** The file that says what jobs ask a cluster for. */
  readonly resources: string | undefined;
  /** Prints what would be submitted, instead of running. */
  readonly dryRun: boolean;
  /** Times steps and prints what all would take, instead of running. */
  readonly estimate: boolean;
  /** The GPU that an estimate is for; this machine's engine where absent. */
  readonly device?: (typeof DEVICE_NAMES)[number] | undefined;
  /** Worker processes. */
  readonly workers: number;
  /** Compute threads of each worker. */
  readonly threads: number;
  /** How often a training saves its state, in seconds: what a killed one repeats at most. */
  readonly checkpointSeconds: number;
  /** Trains also the networks whose weights are committed. */
  readonly fromScratch: boolean;
  /** What was typed after the command's name, to be recorded. */
  readonly words: readonly string[];
}
