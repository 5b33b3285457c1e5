import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  DISK_BYTES,
  countExperiments,
  getVerified,
  listExperimentOverviews,
  listSavedViews,
  openDatabase,
  openReader,
  openSqlite,
  removeView,
  saveView,
  type Database,
} from './index.ts';

let folder: string;
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'id3-overview-'));
  database = openDatabase(join(folder, 'tracking.sqlite'));
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Sets the times of a run, in ms. */
function took(id: number, startedAt: number, finishedAt: number): void {
  const sqlite = openSqlite(database.path);
  sqlite
    .prepare('update runs set started_at = ?, finished_at = ?, heartbeat_at = ? where id = ?')
    .run(startedAt, finishedAt, finishedAt, id);
  sqlite.close();
}

const verification = {
  benchmark: 'lfw',
  pairs: 2,
  accuracy: 1,
  accuracyStd: 0,
  auc: 1,
  eer: 0,
  tarAtFar: {},
  folds: [],
};

/** An experiment's run of two rows, of which the first has both its recognisers, and the second one of two. */
function ablation(experiment: string) {
  const run = database.initRun({ experiment, name: 'ablation', config: {} });
  const ids = run.variants(
    ['full', 'floor'].map((name) => ({ name, title: name, config: {}, verifications: 2 })),
  );
  const stage = (variant: string, seed: number) => {
    const engine = { name: seed === 1 ? 'onnx' : 'wasm', versions: {} };
    const about = { experiment, name: 'verify', stage: 'verify', config: {}, seed, engine, parent: run.id };
    const one = database.initRun(about);
    one.partOf(ids.get(variant)!, 'verification');
    return one;
  };
  const verified = [stage('full', 1), stage('full', 2), stage('floor', 1)];
  verified.forEach((one, k) => {
    one.verification(verification);
    one.summary({ [DISK_BYTES]: 1000 * (k + 1), other: 5 });
    one.finish();
    took(one.id, 10_000, 11_000 + 1000 * k);
  });
  stage('floor', 2);
  return run;
}

describe('the list of experiments', () => {
  it('has of each what it took, what it left, and how its newest run stands', () => {
    const run = ablation('first');
    run.finish();
    took(run.id, 9_000, 14_000);
    const again = database.initRun({ experiment: 'first', name: 'ablation', config: {} });
    database.cachedRun({
      experiment: 'first',
      name: 'verify',
      config: {},
      parent: again.id,
      stage: 'verify',
    });
    again.finish();
    took(again.id, 20_000, 20_500);
    const other = database.initRun({ experiment: 'second', name: 'sample', config: {} });
    const [second, first] = listExperimentOverviews(database, { limit: 10 });
    expect(second).toMatchObject({
      name: 'second',
      computed: 0,
      cached: 0,
      engines: [],
      diskBytes: undefined,
    });
    expect(second.runs[0]).toMatchObject({ id: other.id, status: 'running', variants: 0 });
    expect(first).toMatchObject({ name: 'first', computed: 4, cached: 1, wallMs: 5500, diskBytes: 6000 });
    expect(first.engines).toEqual(['onnx', 'wasm']);
    expect(first.runs.map(({ id, variants }) => [id, variants])).toEqual([
      [again.id, 0],
      [run.id, 2],
    ]);
    // Of one second, two and three, and one that has just begun.
    expect(first.computeMs).toBeGreaterThanOrEqual(6000);
    expect(first.computeMs).toBeLessThan(9000);
  });

  it('has of each row how many recognisers are verified, and how many are to be', () => {
    const run = ablation('first');
    expect(getVerified(database, run.id)).toEqual([
      { name: 'full', verified: 2, wanted: 2 },
      { name: 'floor', verified: 1, wanted: 2 },
    ]);
  });

  it('is read page by page, by their newest runs', () => {
    for (const experiment of ['a', 'b', 'c', 'a']) database.initRun({ experiment, name: 'r', config: {} });
    const names = (limit: number, offset = 0) =>
      listExperimentOverviews(database, { limit, offset }).map(({ name }) => name);
    expect(names(2)).toEqual(['a', 'c']);
    expect(names(2, 2)).toEqual(['b']);
    expect(names(2, 4)).toEqual([]);
    expect(countExperiments(database)).toBe(3);
  });

  it('reads runs and metrics by indexes alone', () => {
    const sqlite = openSqlite(database.path);
    const plans: string[] = [];
    const { $client: log } = database.db as unknown as { $client: typeof sqlite };
    const prepare = log.prepare.bind(log);
    log.prepare = ((text: string) => {
      if (/^select/i.test(text))
        plans.push(
          ...sqlite
            .prepare(`explain query plan ${text}`)
            .all(...new Array<number>((text.match(/\?/g) ?? []).length).fill(1))
            .map((row) => (row as { detail: string }).detail),
        );
      return prepare(text);
    }) as typeof log.prepare;
    ablation('first');
    plans.length = 0;
    listExperimentOverviews(database, { limit: 10 });
    sqlite.close();
    expect(plans.length).toBeGreaterThan(4);
    expect(
      plans.filter(
        (detail) =>
          /metric/.test(detail) &&
          !/SEARCH metric_summaries USING .*PRIMARY KEY|SEARCH metric_summaries USING INDEX/.test(detail),
      ),
    ).toEqual([]);
    expect(plans.filter((detail) => /^SCAN runs\b(?!.*INDEX)/.test(detail))).toEqual([]);
  });
});

describe('saved views', () => {
  it('are kept by name, replaced and forgotten', () => {
    const writer = openReader(database.path, { writable: true });
    saveView(writer, { name: 'b', query: 'filter=x' });
    saveView(writer, { name: 'a', query: '' });
    saveView(writer, { name: 'b', query: 'sort=seed' });
    removeView(writer, 'nothing of that name');
    expect(listSavedViews(database)).toEqual([
      { name: 'a', query: '' },
      { name: 'b', query: 'sort=seed' },
    ]);
    removeView(writer, 'a');
    expect(listSavedViews(writer).map(({ name }) => name)).toEqual(['b']);
    writer.close();
  });
});
