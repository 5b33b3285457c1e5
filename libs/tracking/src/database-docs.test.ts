import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { is } from 'drizzle-orm';
import { SQLiteTable, getTableConfig } from 'drizzle-orm/sqlite-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, openSqlite } from './index.ts';
import { columnsIn } from './run-tables.ts';
import * as schema from './schema.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/database.md'), 'utf8');

/** The columns of each table, as `name type`. */
const documented = Object.fromEntries(
  page
    .split('\n### ')
    .slice(1)
    .map((section) => {
      const [, name] = /^`(\w+)`/.exec(section)!;
      const rows = [...section.matchAll(/^\| `(\w+)` +\| ([\w?]+) +\|/gm)];
      return [name, rows.map(([, column, type]) => `${column} ${type}`)];
    }),
);

const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text]) => text);

describe('docs/database.md', () => {
  const tables = Object.values(schema).flatMap((table) => (is(table, SQLiteTable) ? [table] : []));
  const words = {
    integer: 'integer',
    time: 'time',
    real: 'real',
    text: 'text',
    boolean: 'flag',
    json: 'JSON',
  };

  it('names every table', () =>
    expect(Object.keys(documented).sort()).toEqual(tables.map((table) => getTableConfig(table).name).sort()));

  it.each(tables.map((table) => [getTableConfig(table).name, table] as const))(
    'says of %s what the schema says',
    (name, table) => {
      const { columns } = getTableConfig(table);
      const required = new Map(columns.map((column) => [column.name, column.notNull]));
      expect(documented[name]).toEqual(
        columnsIn(table).map(
          (column) => `${column.name} ${words[column.kind]}${required.get(column.name) ? '' : '?'}`,
        ),
      );
    },
  );

  it('names the key of each table that has several columns for one', () => {
    for (const table of tables) {
      const { name, primaryKeys } = getTableConfig(table);
      if (primaryKeys.length === 0) continue;
      const key = primaryKeys[0].columns.map((column) => `\`${column.name}\``).join(', ');
      expect(page.split(`\n### \`${name}\`\n`)[1].split('\n### ')[0]).toContain(`Key: ${key}.`);
    }
  });

  it('lists the words of columns that have a few', () => {
    for (const word of [
      ...schema.RUN_STATUSES,
      ...schema.VARIANT_ROLES,
      ...schema.CURVE_KINDS,
      ...schema.EVENT_LEVELS,
    ])
      expect(page).toContain(`\`${word}\``);
  });
});

describe('the queries of docs/database.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'id3-docs-'));
  const path = join(folder, 'tracking.sqlite');
  afterAll(() => rmSync(folder, { recursive: true }));

  beforeAll(() => {
    const database = openDatabase(path);
    const experiment = (name: string, accuracies: Record<string, number[][]>) => {
      const run = database.initRun({ experiment: 'quick', name, config: {} });
      const ids = run.variants(
        Object.keys(accuracies).map((variant, k) => ({
          name: variant,
          title: variant.toUpperCase(),
          config: { generation: { lb: k / 2 }, downstream: { dataset: 'generated' } },
        })),
      );
      for (const [variant, seeds] of Object.entries(accuracies))
        seeds.forEach((folds, seed) => {
          const about = { experiment: 'quick', parent: run.id, variant, seed, config: { seed } };
          const training = database.initRun({
            ...about,
            name: `train ${variant} ${seed}`,
            stage: 'train-recogniser',
          });
          training.log(100, { loss: 2, margin: NaN });
          training.log(150, { loss: 1 });
          training.finish();
          const verify = database.initRun({ ...about, name: `verify ${variant} ${seed}`, stage: 'verify' });
          verify.verification({
            benchmark: 'lfw',
            pairs: 20,
            accuracy: folds.reduce((sum, one) => sum + one) / folds.length,
            accuracyStd: 0,
            auc: 1,
            eer: 0,
            tarAtFar: {},
            folds: folds.map((accuracy, fold) => ({ fold, accuracy, threshold: 0.3 })),
          });
          verify.finish();
          verify.partOf(ids.get(variant)!, 'verification');
        });
      database.cachedRun({
        experiment: 'quick',
        parent: run.id,
        name: 'verify',
        stage: 'verify',
        config: {},
      });
      run.finish();
    };
    experiment('ablation', { full: [[0.1, 0.1]] });
    experiment('ablation', {
      full: [
        [0.8, 0.9],
        [0.7, 0.8],
      ],
      floor: [
        [0.6, 0.6],
        [0.5, 0.9],
      ],
    });
    database.close();
  });

  const answers = (sql: string): unknown[][] => {
    const sqlite = openSqlite(path, { readonly: true });
    const rows = sqlite.prepare<[], unknown[]>(sql).raw().all();
    sqlite.close();
    return rows;
  };

  it('are five', () => expect(blocks('sql')).toHaveLength(5));

  it('accuracies', () =>
    expect(answers(blocks('sql')[0])).toEqual([
      ['FULL', 'lfw', 80, 2],
      ['FLOOR', 'lfw', 65, 2],
    ]));

  // (0.6-0.8 + 0.6-0.9 + 0.5-0.7 + 0.9-0.8) / 4
  it('paired differences', () => expect(answers(blocks('sql')[1])).toEqual([['floor', -15, 4]]));

  it('seconds by stage, without what was cached', () =>
    expect(answers(blocks('sql')[2]).sort()).toEqual([
      ['quick', 'train-recogniser', 5, expect.any(Number)],
      ['quick', 'verify', 5, expect.any(Number)],
    ]));

  it('a curve', () => {
    const rows = answers(blocks('sql')[3]);
    expect(rows.map(([, ...rest]) => rest.slice(0, 3))).toEqual(
      ['full 0', 'full 0', 'full 1', 'floor 0', 'floor 1'].map((name) => [`train ${name}`, 100, 2]),
    );
    const now = new Date().toISOString().slice(0, 10);
    for (const [, , , , utc] of rows) expect(String(utc).slice(0, 10) <= now).toBe(true);
  });

  it('a field of the config', () =>
    expect(answers(blocks('sql')[4])).toEqual([
      [0.5, 'generated', 65],
      [0, 'generated', 56.67],
    ]));

  const hasPython = spawnSync('python3', ['--version']).status === 0;
  it.runIf(hasPython)('are asked by Python as well', () => {
    const [accuracies, curves] = blocks('python').map((script) =>
      execFileSync('python3', ['-c', script, path], { encoding: 'utf8' }).trim().split('\n'),
    );
    expect(accuracies).toEqual([
      'full 0 lfw 0.1000',
      'full 0 lfw 0.8500',
      'full 1 lfw 0.7500',
      'floor 0 lfw 0.6000',
      'floor 1 lfw 0.7000',
    ]);
    expect(curves).toEqual(['0', "100 {'loss': 2.0, 'margin': nan}", "150 {'loss': 1.0}"]);
  });
});
