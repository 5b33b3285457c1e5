import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mean } from '@id3/core';
import { freshFolder, readEvents } from '@id3/formats/testing';
import { flatten, listTables, readResults } from '@id3/report';
import {
  RUN_TABLES,
  getAnnotations,
  getMetrics,
  getRun,
  getVerificationFolds,
  getVerificationSummaries,
  listRuns,
  openDatabase,
  openReader,
  openSqlite,
  type Reader,
} from '@id3/tracking';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { trackedExperiments } from '../fixtures/tracked.ts';
import type { Wanted } from './entries.ts';
import { exportRuns } from './index.ts';

const ID3 = join(import.meta.dirname, '../../bin/id3.cjs');

let reader: Reader;
beforeAll(() => {
  reader = openReader(trackedExperiments());
}, 180_000);
afterAll(() => reader.close());

const wanted = (options: Partial<Wanted> = {}): Wanted => ({
  out: join(freshFolder(), 'out'),
  tables: RUN_TABLES,
  megabytes: 4,
  overwrite: false,
  ...options,
});

function exported(format: string, options: Partial<Wanted> = {}): string {
  const all = wanted(options);
  exportRuns(reader, format, all);
  return all.out;
}

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();

describe('for TensorBoard', () => {
  let out: string;
  let files: string[];
  beforeAll(() => {
    out = exported('tensorboard');
    files = filesOf(out).filter((name) => name !== '.export.json');
  });
  const events = (file: string) => readEvents(join(out, file));
  const runOf = (file: string) => Number(/\/(\d+) [^/]*\/events/.exec(file)?.[1]);

  it('every metric of every run is there with its step and time', () => {
    const of = files.filter((file) => !Number.isNaN(runOf(file)));
    const found = of.flatMap((file) =>
      events(file)
        .filter(({ tag, scalar }) => scalar !== undefined && getMetrics(reader, runOf(file), tag).length > 0)
        .map(({ tag, step, scalar, seconds }) => [
          runOf(file),
          tag,
          step,
          scalar,
          Math.round(seconds * 1000),
        ]),
    );
    const expected = listRuns(reader)
      .flatMap(({ id }) => getMetrics(reader, id).map((metric) => ({ id, ...metric })))
      .map(({ id, key, step, value, time }) => [id, key, step, Math.fround(value ?? NaN), time]);
    expect(expected.length).toBeGreaterThan(500);
    expect(found.sort()).toEqual(expected.sort());
  });

  it('benchmarks and pictures are there', async () => {
    const verified = getVerificationSummaries(
      reader,
      listRuns(reader).map(({ id }) => id),
    );
    expect(verified.length).toBeGreaterThan(0);
    for (const { runId, benchmark, accuracy, tarAtFar } of verified) {
      const tags = Object.fromEntries(
        events(files.find((file) => runOf(file) === runId)!).map(({ tag, scalar }) => [tag, scalar]),
      );
      expect(tags[`${benchmark}/accuracy`]).toBe(Math.fround(accuracy));
      for (const [far, tar] of Object.entries(tarAtFar))
        expect(tags[`${benchmark}/tar at far ${far}`]).toBe(Math.fround(tar));
    }
    const pictures = files.flatMap((file) => events(file)).filter(({ image }) => image !== undefined);
    const grid = readFileSync(join(reader.root, 'reports/ablation-smoke/samples.png'));
    const shown = pictures.find(({ tag }) => tag === 'sample-grid/samples.png');
    expect(shown?.image?.encoded.equals(grid)).toBe(true);
    const { width, height } = await sharp(grid).metadata();
    expect(shown?.image).toMatchObject({ width, height });
  });

  it('HPARAMS compares variants by the means of their recognisers', () => {
    const top = files.filter((file) => dirname(file) === '.');
    expect(top).toHaveLength(1);
    const [{ hparams }] = events(top[0]);
    const { hparam_infos, metric_infos } = hparams.experiment;
    const table = listTables(reader)[0].run.id;
    const variants = readResults(reader, table);
    const names = hparam_infos.map(({ name }: { name: string }) => name);
    expect(names.slice(0, 2)).toEqual(['experiment', 'variant']);
    expect(names).toContain('downstream.dataset');
    const tags = metric_infos.map(({ name }: { name: { tag: string } }) => name.tag);
    const sessions = files
      .filter((file) => file.includes('/variants/'))
      .map((file) => events(file))
      .map((all) => ({
        start: all.find(({ tag }) => tag === '_hparams_/session_start_info')?.hparams.session_start_info,
        end: all.at(-1)?.hparams.session_end_info,
        accuracies: Object.fromEntries(
          all.flatMap(({ tag, scalar }) => (scalar === undefined ? [] : [[tag, scalar]])),
        ),
      }));
    expect(sessions).toHaveLength(variants.reduce((count, { replicates }) => count + replicates.length, 0));
    for (const { name, config, replicates } of variants) {
      const group = sessions.filter(({ start }) => start.hparams.variant.string_value === name);
      const dataset = flatten(config)['downstream.dataset'];
      expect(new Set(group.map(({ start }) => start.group_name)).size).toBe(1);
      for (const { start, end, accuracies } of group) {
        expect(Object.keys(accuracies).sort()).toEqual([...tags].sort());
        expect(start.hparams['downstream.dataset']).toEqual({ string_value: dataset });
        expect(end.status).toBe(1);
      }
      const average = mean(group.map(({ accuracies }) => accuracies['accuracy/rendered average']));
      const expected = replicates.map(({ folds }) => mean(Object.values(folds).map((one) => mean(one))));
      expect(average).toBeCloseTo(mean(expected), 6);
    }
  });

  it('stays in its folder whatever runs and experiments are called', () => {
    expect(files.filter((file) => file.includes('_odd_ä'))).toEqual([
      expect.stringMatching(/^\.\._odd_ä\/\d+ \.\._\.\._x\//),
    ]);
  });
});

describe("for MLflow's file store", () => {
  let out: string;
  beforeAll(() => {
    out = exported('mlflow');
  });
  const text = (...path: string[]) => readFileSync(join(out, ...path), 'utf8');
  const runs = () =>
    filesOf(out)
      .filter((file) => /^[^/]+\/[^/]+\/meta\.yaml$/.test(file))
      .map((file) => ({
        folder: dirname(file),
        meta: parse(text(file)),
        run: getRun(reader, Number(text(dirname(file), 'tags/id3.run')))!,
      }));

  it('experiments and runs are as the database says', () => {
    const experiments = readdirSync(out).filter((name) => !name.startsWith('.'));
    const metas = experiments.map((name) => parse(text(name, 'meta.yaml')));
    expect(metas.map(({ experiment_id, name }) => [experiment_id, name])).toEqual([
      ['1', 'ablation-smoke'],
      ['2', '../odd/ä'],
    ]);
    expect(fileURLToPath(metas[0].artifact_location)).toBe(join(out, '1'));
    const all = runs();
    expect(all.map(({ run }) => run.id).sort()).toEqual(
      listRuns(reader)
        .map(({ id }) => id)
        .sort(),
    );
    const statuses = { running: 1, queued: 2, finished: 3, cached: 3, failed: 4, interrupted: 5 };
    for (const { folder, meta, run } of all) {
      expect(meta).toMatchObject({
        run_id: basename(folder),
        run_uuid: basename(folder),
        run_name: getAnnotations(reader).get(run.id)?.name ?? run.name,
        experiment_id: String(run.experimentId),
        status: statuses[run.status],
        start_time: run.startedAt,
        end_time: run.finishedAt,
        lifecycle_stage: 'active',
      });
      expect(meta.run_id).toMatch(/^[0-9a-f]{32}$/);
      const parent = all.find(({ run: { id } }) => id === run.parentId);
      if (parent !== undefined) expect(text(folder, 'tags/mlflow.parentRunId')).toBe(parent.meta.run_id);
    }
  });

  it('metrics are lines of time, value and step, as Python reads them', () => {
    let lines = 0;
    for (const { folder, run } of runs()) {
      const all = getMetrics(reader, run.id);
      for (const key of new Set(all.map((row) => row.key))) {
        const rows = all.filter((row) => row.key === key);
        const plain = /^[\w. -]{1,200}$/.test(key) && key !== '..' && key !== 'loss' && key !== 'Loss';
        if (!plain) continue;
        lines += rows.length;
        expect(text(folder, 'metrics', key)).toBe(
          rows.map(({ time, value, step }) => `${time} ${value ?? 'nan'} ${step}\n`).join(''),
        );
      }
      for (const { benchmark, accuracy } of getVerificationSummaries(reader, [run.id]))
        expect(text(folder, `metrics/${benchmark} accuracy`)).toBe(`${run.finishedAt} ${accuracy} 0\n`);
    }
    expect(lines).toBeGreaterThan(500);
  });

  it('odd names and numbers are kept apart and inside', () => {
    const odd = runs().find(({ run }) => run.name === '../../x')!;
    const values = (kind: string) =>
      Object.fromEntries(
        readdirSync(join(out, odd.folder, kind)).map((name) => [name, text(odd.folder, kind, name)]),
      );
    const metrics = Object.values(values('metrics')).map((lines) =>
      lines.split('\n').map((line) => line.split(' ')[1]),
    );
    expect(metrics).toHaveLength(6);
    expect(metrics.map(([value]) => value).sort()).toEqual(['-inf', '1', '1', '1e-300', 'inf', 'nan']);
    expect(values('params')).toEqual({
      a_b: 'two\nlines, "quoted"',
      list: '[1,2]',
      'deep.yes': 'true',
      'deep.mixed': '1',
    });
    expect(values('tags')).toMatchObject({
      'mlflow.runName': 'Ödd: one',
      'mlflow.note.content': 'see §2',
      best: 'true',
      a_b: 'true',
      'id3.status': 'failed',
    });
    // What MLflow takes for a name: _VALID_PARAM_AND_METRIC_NAMES of its utils/validation.py, in JavaScript's words.
    for (const file of filesOf(join(out, odd.folder)))
      expect(basename(file)).toMatch(/^[/\p{L}\p{N}_.\- ]*$/u);
  });

  it('copies artefacts up to the size, and not what is gone', () => {
    const table = runs().find(({ run }) => run.name === 'ablation')!;
    expect(text(table.folder, 'artifacts/report table.md')).toBe(
      readFileSync(join(reader.root, 'reports/ablation-smoke/table.md'), 'utf8'),
    );
    const none = exported('mlflow', { megabytes: 0 });
    expect(filesOf(none).filter((file) => file.includes('/artifacts/'))).toEqual([]);
  });
});

/** A table of the database as it is, by its columns' names. */
function rowsOf(table: string): Record<string, unknown>[] {
  const sqlite = openSqlite(reader.path, { readonly: true });
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
    expect(read).toHaveLength(listRuns(reader).length);
    for (const row of read) {
      const run = getRun(reader, Number(row.id))!;
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
        reader,
        listRuns(reader).map(({ id }) => id),
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

describe.each(['tensorboard', 'mlflow', 'parquet', 'csv'])('a folder for %s', (format) => {
  it('is brought up to date by the same export, and replaced by another only if so wanted', () => {
    const out = exported(format);
    const files = filesOf(out);
    exportRuns(reader, format, wanted({ out }));
    expect(filesOf(out)).toEqual(files);
    const other = wanted({ out, experiment: 'ablation-smoke', tables: ['metrics'] });
    expect(() => exportRuns(reader, format, other)).toThrow(/holds another export; .*--overwrite/);
    expect(filesOf(out)).toEqual(files);
    exportRuns(reader, format, { ...other, overwrite: true });
    expect(filesOf(out)).toEqual(
      filesOf(exported(format, { experiment: 'ablation-smoke', tables: ['metrics'] })),
    );
  });

  it('loses nothing that no export wrote', () => {
    const out = freshFolder();
    writeFileSync(join(out, 'thesis.tex'), 'mine');
    expect(() => exportRuns(reader, format, wanted({ out, overwrite: true }))).toThrow(
      /holds thesis\.tex, which/,
    );
    expect(readdirSync(out)).toEqual(['thesis.tex']);
  });

  it('has nothing under its name that is not whole, where the export was cut short', () => {
    const out = freshFolder();
    const entry = readdirSync(exported(format)).find((name) => !name.startsWith('.'))!;
    // What a killed export leaves
    mkdirSync(join(out, `${entry}.unfinished`));
    writeFileSync(join(out, `${entry}.unfinished`, 'half'), '');
    exportRuns(reader, format, wanted({ out }));
    expect(readdirSync(out).filter((name) => name.endsWith('.unfinished'))).toEqual([]);
  });
});

describe('the command', () => {
  const typed = (...words: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [ID3, 'export-runs', ...words], {
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };

  it('writes what is asked for', () => {
    const out = join(freshFolder(), 'tables');
    const answer = typed(`--database=${reader.path}`, '--format=csv', '--tables=runs,tags', `--out=${out}`);
    expect(answer).toEqual({ status: 0, stdout: `${out}: 2 experiments as csv.\n`, stderr: '' });
    expect(readdirSync(out).sort()).toEqual(['.export.json', 'runs.csv', 'tags.csv']);
  });

  it.each<[string, (folder: string) => string[], RegExp]>([
    [
      'an unknown format',
      () => ['--format=wandb', '--out=x'],
      /^The option --format is "wandb"; expected one of tensorboard, mlflow, parquet, csv\.\n$/,
    ],
    [
      'an unknown table',
      () => ['--format=csv', '--out=x', '--tables=runs,losses'],
      /^The option --tables is "runs,losses"; expected some of runs, metrics, .*, each once\.\n$/,
    ],
    [
      'an unknown experiment',
      (folder) => ['--format=csv', `--out=${folder}/out`, '--experiment=quick'],
      /^.* has no experiment "quick"; the newest of its 2 are \.\.\/odd\/ä, ablation-smoke\.\n$/,
    ],
    [
      'a folder that is a file',
      (folder) => ['--format=csv', `--out=${folder}/file`],
      /^.*\/file is there and is no folder; name another folder\.\n$/,
    ],
    [
      'a folder below a file',
      (folder) => ['--format=mlflow', `--out=${folder}/file/out`],
      /^.* lies below a file, which can hold nothing; name another folder\.\n$/,
    ],
    [
      'a database that is not there',
      (folder) => ['--format=csv', `--out=${folder}/out`, `--database=${folder}/no.sqlite`],
      /^There is no database at .*no\.sqlite yet; /,
    ],
  ])('refuses %s in a sentence, and writes nothing', (_, words, sentence) => {
    const folder = freshFolder();
    writeFileSync(join(folder, 'file'), 'mine');
    const given = words(folder);
    const database = given.some((word) => word.startsWith('--database')) ? [] : [`--database=${reader.path}`];
    const { status, stdout, stderr } = typed(...given, ...database);
    expect(stderr).toMatch(sentence);
    expect([status, stdout]).toEqual([1, '']);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('refuses a database without experiments', () => {
    const path = join(freshFolder(), 'tracking.sqlite');
    openDatabase(path).close();
    const empty = openReader(path);
    expect(() => exportRuns(empty, 'csv', wanted())).toThrow(/has no experiment yet; .*experiments:ablation/);
    empty.close();
  });
});
