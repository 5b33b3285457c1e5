import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  RUN_TABLES,
  columnsOf,
  eachRow,
  getMetrics,
  getRun,
  openDatabase,
  openReader,
  openSqlite,
  type Reader,
} from './index.ts';

let folder: string;
let reader: Reader;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'id3-tables-'));
  const path = join(folder, 'tracking.sqlite');
  const database = openDatabase(path);
  for (const experiment of ['first', 'second', 'first']) {
    const run = database.initRun({ experiment, name: 'r', config: { of: experiment } });
    run.log(2, { loss: 0.5, 'a, b': NaN });
    run.log(1, { loss: Infinity });
    run.finish();
  }
  database.close();
  reader = openReader(path);
});
afterEach(() => {
  reader.close();
  rmSync(folder, { recursive: true });
});

it('gives the rows that queries give together, of one experiment or of one run', () => {
  expect([...eachRow(reader, 'runs')]).toEqual([1, 2, 3].map((id) => getRun(reader, id)));
  expect([...eachRow(reader, 'runs', { experimentId: 1 })].map(({ id }) => id)).toEqual([1, 3]);
  expect([...eachRow(reader, 'metrics', { experimentId: 2 })]).toEqual(
    getMetrics(reader, 2).map((metric) => ({ runId: 2, ...metric })),
  );
  expect(
    [...eachRow(reader, 'metrics', { runId: 3 })].map(({ key, step, value }) => [key, step, value]),
  ).toEqual([
    ['a, b', 2, null],
    ['loss', 1, Infinity],
    ['loss', 2, 0.5],
  ]);
});

it('lets other tables be read between two rows', () => {
  const counts = [...eachRow(reader, 'runs')].map(({ id }) => getMetrics(reader, id).length);
  const nested: number[] = [];
  for (const { id } of eachRow(reader, 'runs'))
    nested.push([...eachRow(reader, 'metrics', { runId: id })].length);
  expect(nested).toEqual(counts);
});

it('holds no million metrics in memory', () => {
  const sqlite = openSqlite(reader.path);
  sqlite.exec(
    `with recursive n(i) as (select 0 union all select i + 1 from n where i < 999999)
     insert into metrics (run_id, key, step, value, time) select 2, 'long', i, i / 1e6, 0 from n`,
  );
  sqlite.close();
  let [rows, largest] = [0, 0];
  const before = process.memoryUsage().rss;
  for (const { step } of eachRow(reader, 'metrics', { experimentId: 2 }))
    if ((rows += 1) % 50_000 === 0 && step > 0)
      largest = Math.max(largest, process.memoryUsage().rss - before);
  expect(rows).toBe(1_000_003);
  // Together they take some 300 MB.
  expect(largest).toBeLessThan(120e6);
});

it('knows every table that belongs to runs, and what its columns hold', () => {
  const sqlite = openSqlite(reader.path, { readonly: true });
  const tables = sqlite.prepare(`select name from sqlite_master where type = 'table'`).pluck().all();
  const alone = ['__drizzle_migrations', 'experiments', 'saved_views', 'journals', 'sqlite_stat1'];
  expect([...RUN_TABLES].sort()).toEqual(tables.filter((name) => !alone.includes(String(name))).sort());
  for (const table of RUN_TABLES) {
    const columns = columnsOf(table);
    const info = sqlite.prepare(`select name from pragma_table_info(?)`).pluck().all(table);
    expect(columns.map(({ name }) => name).sort()).toEqual(info.sort());
    expect(columns.filter(({ kind }) => kind === undefined)).toEqual([]);
  }
  sqlite.close();
  expect(columnsOf('artefacts').map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    'id integer',
    'run_id integer',
    'path text',
    'kind text',
    'sha256 text',
    'bytes integer',
    'created_at time',
  ]);
  expect(columnsOf('metrics').at(-1)).toEqual({ name: 'time', field: 'time', kind: 'time' });
});
