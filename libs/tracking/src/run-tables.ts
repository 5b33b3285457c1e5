import { and, asc, eq, inArray, type InferSelectModel, type SQL } from 'drizzle-orm';
import { getTableConfig, type SQLiteColumn, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { RunRow } from './queries.ts';
import type { Reader } from './reader.ts';
import { asItIs } from './reap.ts';
import {
  annotations,
  artefacts,
  events,
  jobRuns,
  jobs,
  metricSummaries,
  metrics,
  runs,
  scoreCurves,
  tags,
  variantRuns,
  variants,
  verificationFolds,
  verificationSummaries,
} from './schema.ts';

const TABLES = {
  runs,
  metrics,
  metric_summaries: metricSummaries,
  verification_summaries: verificationSummaries,
  verification_folds: verificationFolds,
  score_curves: scoreCurves,
  variants,
  variant_runs: variantRuns,
  artefacts,
  events,
  annotations,
  tags,
  jobs,
  job_runs: jobRuns,
};

export type RunTable = keyof typeof TABLES;
export type RunTableRow<T extends RunTable> = InferSelectModel<(typeof TABLES)[T]>;

/** The tables of runs and of what belongs to them, by their names in SQL (docs/database.md). */
export const RUN_TABLES = Object.keys(TABLES) as RunTable[];

/** What a column holds; `time`: milliseconds since 1970. */
export type ColumnKind = 'integer' | 'time' | 'real' | 'text' | 'boolean' | 'json';

export interface Column {
  /** As SQL and as {@link eachRow} name it. */
  readonly name: string;
  readonly field: string;
  readonly kind: ColumnKind;
}

/** The columns of a table in the order of its schema. */
export const columnsOf = (table: RunTable): Column[] => columnsIn(TABLES[table]);

export const columnsIn = (table: SQLiteTable): Column[] =>
  entriesOf(table).map(([field, column]) => ({ name: column.name, field, kind: kindOf(column) }));

const entriesOf = (table: SQLiteTable): [field: string, column: SQLiteColumn][] =>
  Object.entries(table).filter((entry): entry is [string, SQLiteColumn] =>
    getTableConfig(table).columns.includes(entry[1] as SQLiteColumn),
  );

function kindOf({ name, columnType }: SQLiteColumn): ColumnKind {
  if (columnType === 'SQLiteInteger') return /(^|_)time$|_at$/.test(name) ? 'time' : 'integer';
  const kinds: Record<string, ColumnKind> = {
    SQLiteReal: 'real',
    SQLiteText: 'text',
    SQLiteTextJson: 'json',
    SQLiteBoolean: 'boolean',
  };
  return kinds[columnType];
}

/**
 * The rows of a table by its primary key, one at a time: of all runs, of an experiment's or of one. A table of any length takes next to no
 * memory. Read all of it before anything is written through the same connection.
 */
export function* eachRow<T extends RunTable>(
  reader: Reader,
  name: T,
  { experimentId, runId }: { experimentId?: number; runId?: number } = {},
): Generator<RunTableRow<T>> {
  const table: SQLiteTable = TABLES[name];
  const columns = entriesOf(table);
  const run: SQLiteColumn = name === 'runs' ? runs.id : (TABLES[name] as typeof tags).runId;
  const conditions: (SQL | undefined)[] = [
    runId === undefined ? undefined : eq(run, runId),
    experimentId === undefined ? undefined : inArray(run, runsOf(reader, experimentId)),
  ];
  const query = reader.db
    .select()
    .from(table)
    .where(and(...conditions))
    .orderBy(...primaryKey(table).map((column) => asc(column)))
    .toSQL();
  for (const values of reader.iterate(query)) {
    const row = Object.fromEntries(
      columns.map(([field, column], k) => [
        field,
        values[k] === null ? null : column.mapFromDriverValue(values[k]),
      ]),
    );
    yield (name === 'runs' ? asItIs(row as RunRow) : row) as RunTableRow<T>;
  }
}

const runsOf = ({ db }: Reader, experimentId: number) =>
  db.select({ id: runs.id }).from(runs).where(eq(runs.experimentId, experimentId));

function primaryKey(table: SQLiteTable): SQLiteColumn[] {
  const { primaryKeys, columns } = getTableConfig(table);
  return primaryKeys[0]?.columns ?? columns.filter(({ primary }) => primary);
}
