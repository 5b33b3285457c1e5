import { FileWriter } from '@id3/core';
import { csvLine, flatten } from '@id3/report';
import { columnsOf, eachRow, type ColumnKind, type RunTable } from '@id3/tracking';
import { fileWriter, parquetWriteRows } from 'hyparquet-writer';
import type { Selection } from './selection.ts';

/** A column with how its value is taken from a row. */
interface ExportedColumn<R> {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly of: (row: R) => unknown;
}

type Row = Readonly<Record<string, unknown>>;

/**
 * Writes a table as CSV (RFC 4180). Nothing is an empty cell; times are ISO 8601 in UTC, what is no scalar is JSON.
 */
export function writeCsv(selection: Selection, table: RunTable, path: string): void {
  const file = new FileWriter(path);
  try {
    const columns = exportedColumns(selection, table);
    file.append(`${csvLine(columns.map(({ name }) => name))}\n`);
    for (const row of rowsOf(selection, table))
      file.append(`${csvLine(columns.map(({ kind, of }) => csvCell(kind, of(row))))}\n`);
  } finally {
    file.close();
  }
}

/** Writes a table as Parquet; of a long one 100 000 rows are in memory at a time. Times are timestamps in UTC, what is no scalar is JSON. */
export function writeParquet(selection: Selection, table: RunTable, path: string): void {
  const columns = exportedColumns(selection, table);
  function* rows() {
    for (const row of rowsOf(selection, table))
      yield Object.fromEntries(columns.map(({ name, kind, of }) => [name, parquetCell(kind, of(row))]));
  }
  void parquetWriteRows({
    writer: fileWriter(path),
    rows: rows(),
    columns: columns.map(({ name, kind }) => ({ name, type: PARQUET_TYPES[kind] })),
  });
}

const PARQUET_TYPES = {
  integer: 'INT64',
  time: 'TIMESTAMP',
  real: 'DOUBLE',
  text: 'STRING',
  boolean: 'BOOLEAN',
  json: 'STRING',
} as const;

const rowsOf = ({ reader, experimentId }: Selection, table: RunTable): Iterable<Row> =>
  eachRow(reader, table, { experimentId });

function csvCell(kind: ColumnKind, value: unknown): string | number | boolean | undefined {
  if (value === null || value === undefined) return undefined;
  if (kind === 'time') return new Date(value as number).toISOString();
  return kind === 'json' ? JSON.stringify(value) : (value as string | number | boolean);
}

function parquetCell(kind: ColumnKind, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (kind === 'integer') return BigInt(Math.round(value as number));
  if (kind === 'time') return new Date(value as number);
  return kind === 'json' ? JSON.stringify(value) : value;
}

/** A table's own columns; of runs also the name of the experiment, and in place of the config a column for each of its fields. */
function exportedColumns(selection: Selection, table: RunTable): ExportedColumn<Row>[] {
  const own = columnsOf(table).map(({ name, field, kind }) => ({ name, kind, of: (row: Row) => row[field] }));
  if (table !== 'runs') return own;
  const names = new Map(selection.experiments.map(({ id, name }) => [id, name]));
  return [
    { name: 'experiment', kind: 'text', of: ({ experimentId }) => names.get(experimentId as number) },
    ...own.filter(({ name }) => name !== 'config'),
    ...[...configFields(selection)].map(([field, kind]) => ({
      name: `config.${field}`,
      kind,
      of: ({ config }: Row) => flatten(config)[field],
    })),
  ];
}

/** The fields of all runs' configs, and what they hold: a number, a text or a flag where all runs agree, else JSON. */
function configFields(selection: Selection): Map<string, ColumnKind> {
  const fields = new Map<string, ColumnKind>();
  for (const { config } of rowsOf(selection, 'runs'))
    for (const [field, value] of Object.entries(flatten(config))) {
      if (value === null) continue;
      const kind = KINDS[typeof value] ?? 'json';
      fields.set(field, (fields.get(field) ?? kind) === kind ? kind : 'json');
    }
  return new Map([...fields].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const KINDS: Readonly<Record<string, ColumnKind>> = { number: 'real', string: 'text', boolean: 'boolean' };
