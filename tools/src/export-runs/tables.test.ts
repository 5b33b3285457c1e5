import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { flatten } from '@id3/report';
import { RUN_TABLES, getRun, getVerificationFolds, listRuns, openSqlite } from '@id3/tracking';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { exporting, filesOf } from '../fixtures/exported.ts';

const { reader, exported } = exporting();

/** A table of the database as it is, by its columns' names. */
function rowsOf(table: string): Record<string, unknown>[] {
  const sqlite = openSqlite(reader().path, { readonly: true });
  const rows = sqlite.prepare(`select * from ${table}`).all() as Record<string, unknown>[];
  sqlite.close();
  return rows;
}

describe('as Parquet', () => {
  it('every table is there, value for value', async () => {
    const out = exported('parquet');
    for (const table of RUN_TABLES.filter((name) => name !== 'runs')) {
      const file = await asyncBufferFromFile(join(out, `${table}.parquet`));
      const read = await parquetReadObjects({ file });
      const plain = read.map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [
            name,
            typeof value === 'bigint' ? Number(value) : value instanceof Date ? value.getTime() : value,
          ]),
        ),
      );
      const json = (row: object) =>
        JSON.stringify(Object.entries(row).sort(), (_, value: unknown) =>
          value === Infinity || value === -Infinity ? String(value) : value,
        );
      expect(plain.map(json).sort(), table).toEqual(rowsOf(table).map(json).sort());
    }
  });

  it("runs have their config's fields as columns", async () => {
    const out = exported('parquet', { tables: ['runs'] });
    const file = await asyncBufferFromFile(join(out, 'runs.parquet'));
    const read = await parquetReadObjects({ file });
    expect(read).toHaveLength(listRuns(reader()).length);
    for (const row of read) {
      const run = getRun(reader(), Number(row.id))!;
      expect([row.name, row.status, row.started_at, row.experiment]).toEqual([
        run.name,
        run.status,
        new Date(run.startedAt),
        run.experimentId === 1 ? 'ablation-smoke' : '../odd/ä',
      ]);
      const fields = Object.entries(row).filter(
        ([name, value]) => name.startsWith('config.') && value !== null,
      );
      const known = Object.entries(flatten(run.config)).filter(([, value]) => value !== null);
      expect(fields.map(([name]) => name.slice(7)).sort()).toEqual(known.map(([name]) => name).sort());
      for (const [name, value] of known)
        if (name !== 'deep.mixed')
          expect(row[`config.${name}`], name).toEqual(
            typeof value === 'object' ? JSON.stringify(value) : value,
          );
    }
    const schema = (await parquetMetadataAsync(file)).schema;
    expect(schema.find(({ name }) => name === 'config.deep.mixed')).toMatchObject({ converted_type: 'UTF8' });
    expect(schema.find(({ name }) => name === 'config.deep.yes')).toMatchObject({ type: 'BOOLEAN' });
  });
});

/** Cells of RFC 4180. */
const csvRows = (text: string): string[][] =>
  [...text.matchAll(/((?:"(?:[^"]|"")*"|[^,\n"]*)(?:,(?:"(?:[^"]|"")*"|[^,\n"]*))*)\n/g)].map(([, line]) =>
    [...`${line},`.matchAll(/("(?:[^"]|"")*"|[^,\n"]*),/g)].map(([, cell]) =>
      cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell,
    ),
  );

describe('as CSV', () => {
  it('accuracies by fold, metrics and errors come back', () => {
    const out = exported('csv');
    const [header, ...folds] = csvRows(readFileSync(join(out, 'verification_folds.csv'), 'utf8'));
    expect(header).toEqual(['run_id', 'benchmark', 'fold', 'accuracy', 'threshold']);
    expect(folds).toEqual(
      getVerificationFolds(
        reader(),
        listRuns(reader()).map(({ id }) => id),
      ).map((row) => [row.runId, row.benchmark, row.fold, row.accuracy, row.threshold].map(String)),
    );
    const metrics = csvRows(readFileSync(join(out, 'metrics.csv'), 'utf8')).slice(1);
    expect(metrics).toEqual(
      rowsOf('metrics').map(({ run_id, key, step, value, time }) =>
        [run_id, key, step, value ?? '', new Date(time as number).toISOString()].map(String),
      ),
    );
    const [columns, ...runs] = csvRows(readFileSync(join(out, 'runs.csv'), 'utf8'));
    const failed = runs.find((row) => row[columns.indexOf('status')] === 'failed')!;
    expect(failed[columns.indexOf('error')]).toMatch(/^Error: no, "never"\n/);
    expect(failed[columns.indexOf('config.a/b')]).toBe('two\nlines, "quoted"');
  });

  it('of one experiment only its rows', () => {
    const out = exported('csv', { experiment: '../odd/ä', tables: ['runs', 'metrics'] });
    expect(filesOf(out)).toEqual(['.export.json', 'metrics.csv', 'runs.csv']);
    expect(csvRows(readFileSync(join(out, 'runs.csv'), 'utf8'))).toHaveLength(3);
    expect(
      new Set(
        csvRows(readFileSync(join(out, 'metrics.csv'), 'utf8'))
          .slice(1)
          .map(([run]) => run),
      ).size,
    ).toBe(1);
  });
});
