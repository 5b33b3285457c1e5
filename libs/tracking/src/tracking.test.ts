import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError, sha256 } from '@id3/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  getArtefacts,
  getEvents,
  getMetrics,
  getRun,
  getScoreCurves,
  getVerificationFolds,
  getVerificationSummaries,
  listExperiments,
  listRuns,
  openDatabase,
  openSqlite,
  type Database,
} from './index.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'id3-tracking-'));
  path = join(folder, 'tracking.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('what is no number', () => {
  let database: Database;
  beforeEach(() => {
    database = openDatabase(path);
  });
  afterEach(() => database.close());
  const start = () => database.initRun({ experiment: 'e', name: 'r', stage: 's', config: {} });
  it.each([
    ['undefined', undefined],
    ['true', true],
    ['12', '12'],
    ['null', null],
  ])('%s is refused in a sentence, and what was logged before and after is kept', (text, value) => {
    const run = start();
    run.log(1, { loss: 0.5 });
    expect(() => run.log(2, { fine: 1, loss: value as unknown as number })).toThrow(
      new UserError(`Run ${run.id} is given loss = ${text}, which is no number; log numbers only.`),
    );
    expect(() => run.summary({ loss: value as unknown as number })).toThrow(UserError);
    expect(() => run.log(value as unknown as number, { loss: 1 })).toThrow(UserError);
    run.log(3, { loss: Infinity });
    run.finish();
    expect(getMetrics(database, run.id).map(({ key, step, value: kept }) => [key, step, kept])).toEqual([
      ['loss', 1, 0.5],
      ['loss', 3, Infinity],
    ]);
    expect(getRun(database, run.id)?.status).toBe('finished');
  });
  it('a NaN accuracy and a missing config are refused in a sentence', () => {
    const run = start();
    const result = { benchmark: 'lfw', pairs: 2, accuracyStd: 0, auc: 1, eer: 0, tarAtFar: {}, folds: [] };
    expect(() => run.verification({ ...result, accuracy: NaN })).toThrow(
      /result on lfw whose accuracy is NaN; verify again/,
    );
    run.finish();
    expect(getVerificationSummaries(database, [run.id])).toEqual([]);
    expect(() => database.initRun({ experiment: 'e', name: 'r', stage: 's', config: null })).toThrow(
      new UserError(
        'A run of experiment e is given no config; give an object, {} where there is nothing to say.',
      ),
    );
  });
});

describe('a database in a folder that may not be written', () => {
  /**
   * What somebody without rights reads there: root, whom nothing stops, becomes nobody once all is loaded, for Node itself may lie
   * in a folder that nobody may enter.
   */
  const readByOther = (): string => {
    chmodSync(path, 0o444);
    chmodSync(folder, 0o555);
    const script = `import { listExperiments, openReader, openSqlite } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
      openSqlite(':memory:').close();
      if (process.getuid() === 0) process.setuid(65_534);
      try { console.log(listExperiments(openReader(${JSON.stringify(path)})).map(({ name }) => name).join()); }
      catch (error) { console.log(error.name); }`;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', script],
      { encoding: 'utf8', env: { ...process.env, TMPDIR: tmpdir() } },
    );
    chmodSync(folder, 0o755);
    return stdout.trim() || stderr;
  };
  it('is read where it is finished, and refused where a part is in its log', () => {
    const database = openDatabase(path);
    database.initRun({ experiment: 'kept', name: 'r', stage: 's', config: {} }).finish();
    database.close();
    expect(readByOther()).toBe('kept');
    writeFileSync(`${path}-wal`, 'a part');
    expect(readByOther()).toBe('DatabaseProblem');
  });
});

describe('a run', () => {
  it('is read back as it was logged', () => {
    writeFileSync(join(folder, 'grid.png'), 'abc');
    const database = openDatabase(path);
    const parent = database.initRun({ experiment: 'ablation', name: 'ablation', config: { seed: 1 } });
    const run = database.initRun({
      experiment: 'ablation',
      name: 'train-f',
      stage: 'train-f',
      variant: 'full',
      seed: 3,
      config: { b: 2, a: 1 },
      parent: parent.id,
      engine: { name: 'cpu', versions: { tfjs: '4.22.0' } },
    });
    run.log(0, { loss: 2, accuracy: 0.5 });
    run.log(1, { loss: Number.NaN });
    run.log(0, { loss: 1.5 });
    run.event('warning', 'two thirds of the pairs are missing');
    run.artefact('grid.png', 'sample-grid');
    run.verification({
      benchmark: 'rendered-lfw',
      pairs: 4,
      accuracy: 0.75,
      accuracyStd: 0.25,
      auc: 0.9,
      eer: 0.1,
      tarAtFar: { '0.1': 0.5 },
      folds: [
        { fold: 0, accuracy: 1, threshold: 0.2 },
        { fold: 1, accuracy: 0.5, threshold: 0.3 },
      ],
      curves: [
        {
          kind: 'roc',
          points: [
            [0, 0.5],
            [1, 1],
          ],
        },
      ],
    });
    run.finish();
    parent.fail(new UserError('The seed is unlucky.'));
    database.close();

    const reader = openDatabase(path);
    expect(listExperiments(reader).map((e) => e.name)).toEqual(['ablation']);
    const [row] = listRuns(reader, { parentId: parent.id });
    expect(row).toMatchObject({
      id: run.id,
      status: 'finished',
      variant: 'full',
      seed: 3,
      config: { a: 1, b: 2 },
      engine: 'cpu',
      engineVersions: { tfjs: '4.22.0' },
      pid: process.pid,
    });
    expect(row.gitRevision).toMatch(/^[0-9a-f]{40}$/);
    expect(row.finishedAt).toBeGreaterThanOrEqual(row.startedAt);
    expect(getRun(reader, parent.id)).toMatchObject({ status: 'failed', error: 'The seed is unlucky.' });
    expect(getMetrics(reader, run.id).map(({ key, step, value }) => [key, step, value])).toEqual([
      ['accuracy', 0, 0.5],
      ['loss', 0, 1.5],
      ['loss', 1, null],
    ]);
    expect(getMetrics(reader, run.id, 'accuracy')).toHaveLength(1);
    expect(getEvents(reader, run.id)[0]).toMatchObject({ level: 'warning' });
    expect(getArtefacts(reader, run.id)[0]).toMatchObject({
      path: 'grid.png',
      kind: 'sample-grid',
      bytes: 3,
      sha256: sha256('abc'),
    });
    expect(getVerificationFolds(reader, [run.id]).map((fold) => fold.accuracy)).toEqual([1, 0.5]);
    expect(getVerificationSummaries(reader, [run.id])[0]).toMatchObject({
      auc: 0.9,
      tarAtFar: { '0.1': 0.5 },
    });
    expect(getScoreCurves(reader, run.id)[0].points).toEqual([
      [0, 0.5],
      [1, 1],
    ]);
    reader.close();
  });

  it('found in the cache is neither running nor unfinished', () => {
    const database = openDatabase(path);
    const { id } = database.cachedRun({ experiment: 'e', name: 'generate', config: {} });
    expect(getRun(database, id)).toMatchObject({ status: 'cached' });
    expect(getRun(database, id)!.finishedAt).not.toBeNull();
    database.close();
  });

  it('is not given up while its process lives, however old its heartbeat is', () => {
    const database = openDatabase(path);
    const { id } = database.initRun({ experiment: 'e', name: 'long native step', config: {} });
    const sqlite = openSqlite(path);
    sqlite.prepare('update runs set heartbeat_at = 0').run();
    expect(getRun(database, id)!.status).toBe('running');
    sqlite.prepare(`update runs set process_start = 'an earlier process with this pid'`).run();
    expect(getRun(database, id)!.status).toBe('interrupted');
    sqlite.close();
    database.close();
  });

  it('of another host is judged by its heartbeat and comes back with the next one', () => {
    const database = openDatabase(path);
    const run = database.initRun({ experiment: 'e', name: 'elsewhere', config: {} });
    const sqlite = openSqlite(path);
    sqlite.prepare(`update runs set host = 'another'`).run();
    expect(getRun(database, run.id)!.status).toBe('running');
    sqlite.prepare('update runs set heartbeat_at = 0').run();
    expect(getRun(database, run.id)!.status).toBe('interrupted');
    Object.assign(run, { lastHeartbeat: 0 });
    run.log(0, { loss: 1 });
    expect(getRun(database, run.id)!.status).toBe('running');
    sqlite.close();
    database.close();
  });
});

describe('openDatabase', () => {
  it('applies every migration once', () => {
    for (let k = 0; k < 3; k++) openDatabase(path).close();
    const sqlite = openSqlite(path, { readonly: true });
    const applied = sqlite.prepare('select hash from __drizzle_migrations').pluck().all();
    expect(new Set(applied).size).toBe(applied.length);
    expect(applied.length).toBeGreaterThan(0);
    sqlite.close();
  });

  it('refuses a database of a newer version', () => {
    openDatabase(path).close();
    const sqlite = openSqlite(path);
    sqlite.prepare(`insert into __drizzle_migrations (hash, created_at) values ('x', 9999999999999)`).run();
    sqlite.close();
    expect(() => openDatabase(path)).toThrow(UserError);
    expect(() => openDatabase(path)).toThrow(/written by a newer version/);
  });

  it('refuses what is no database of ours', () => {
    writeFileSync(path, 'not a database at all, '.repeat(100));
    expect(() => openDatabase(path)).toThrow(/is not an SQLite database/);
    const other = join(folder, 'other.sqlite');
    const sqlite = openSqlite(other);
    sqlite.exec('create table photos (id integer)');
    sqlite.close();
    expect(() => openDatabase(other)).toThrow(/another program's database/);
    expect(() => openDatabase(folder)).toThrow(/cannot be opened for writing/);
  });

  it('says so when the disk is full, and keeps what could not be written', () => {
    const database = openDatabase(path);
    const run = database.initRun({ experiment: 'e', name: 'full disk', config: {} });
    // SQLite's own limit on a file's pages raises the error of a full disk.
    const pages = database.db.get<{ page_count: number }>('pragma page_count').page_count;
    database.db.run(`pragma max_page_count = ${pages}`);
    expect(() => {
      for (let step = 0; step < 5_000; step++) run.log(step, { loss: step });
    }).toThrow(/The disk is full.*tracking\.sqlite/);
    database.db.run('pragma max_page_count = 100000');
    run.finish();
    expect(getMetrics(database, run.id).map((metric) => metric.step)).toContain(0);
    expect(getRun(database, run.id)!.status).toBe('finished');
    database.close();
  });
});
