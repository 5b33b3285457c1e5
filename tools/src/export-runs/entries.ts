import type { RunTable } from '@id3/tracking';

/** What is asked for. */
export interface Wanted {
  readonly out: string;
  readonly experiment?: string;
  /** Of CSV and Parquet. */
  readonly tables: readonly RunTable[];
  /** Of MLflow: a run's files up to this size are copied. */
  readonly megabytes: number;
  readonly overwrite: boolean;
}

/** What an export writes into its folder: by name, each written to a path that is renamed when it is complete. */
export type Entries = Map<string, (path: string) => void>;
