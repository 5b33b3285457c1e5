import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DISK_BYTES, openDatabase, openReader, type Database } from '@id3/tracking';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportTable, requestedTable } from './export.ts';
import { readMeasures } from './measures.ts';
import { readNotes } from './notes.ts';
import { findTable, listTables, readResults } from './results.ts';

let folder: string;
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'id3-report-'));
  database = openDatabase(join(folder, 'tracking.sqlite'));
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

/** An experiment with two variants that share f's own verification, which is none of theirs. */
function experiment(name: string, command = 'ablation'): number {
  const run = database.initRun({ experiment: name, name: command, config: { lb: 0.4 } });
  const ids = run.variants([
    { name: 'full', title: 'ID³', config: { lb: 0.4 } },
    { name: 'floor', title: 'floor', config: { lb: 0.1 } },
  ]);
  const verified = (seed: number, accuracies: number[], inputs = {}) => {
    const stage = database.initRun({
      experiment: name,
      name: 'verify',
      stage: 'verify',
      seed,
      config: { seed, ...inputs },
      parent: run.id,
    });
    const folds = accuracies.map((accuracy, fold) => ({ fold, accuracy, threshold: 1 }));
    stage.verification({
      benchmark: 'rendered-lfw',
      pairs: 4,
      accuracy: 1,
      accuracyStd: 0,
      auc: 1,
      eer: 0,
      tarAtFar: {},
      folds,
    });
    stage.finish();
    return stage;
  };
  const f = verified(9, [1, 1]);
  for (const id of ids.values()) f.partOf(id, 'stage');
  verified(2, [0.8, 0.9]).partOf(ids.get('full')!, 'verification');
  verified(1, [0.6, 0.7]).partOf(ids.get('full')!, 'verification');
  verified(1, [0.5, 0.5], { generator: 3, dataset: 4 }).partOf(ids.get('floor')!, 'verification');
  const measure = database.initRun({ experiment: name, name: 'measure', config: {}, parent: run.id });
  measure.summary({ frechet: 0.5, [DISK_BYTES]: 100 });
  measure.partOf(ids.get('floor')!, 'measures');
  measure.finish();
  run.finish();
  return run.id;
}

describe('the table of a database', () => {
  it('is read through a read-only connection, from the database alone', () => {
    const run = experiment('first');
    const reader = openReader(database.path);
    expect(listTables(reader).map(({ experiment }) => experiment)).toEqual(['first']);
    const { rows, columns } = requestedTable(reader, {});
    expect(columns).toEqual(['rendered-lfw']);
    expect(rows.map(({ name, title, results }) => [name, title, results['rendered-lfw'].levels])).toEqual([
      ['full', 'ID³', { generators: 1, datasets: 1, recognisers: 2 }],
      ['floor', 'floor', { generators: 1, datasets: 1, recognisers: 1 }],
    ]);
    expect(rows[0].results['rendered-lfw'].accuracy.mean).toBeCloseTo(0.75, 12);
    expect(readMeasures(reader, run).map(({ values }) => values)).toEqual([{}, { frechet: 0.5 }]);
    expect(
      readResults(reader, run).map(({ replicates }) =>
        replicates.map(({ generator, dataset, seed }) => [generator, dataset, seed]),
      ),
    ).toEqual([
      [
        [0, 0, 1],
        [0, 0, 2],
      ],
      [[3, 4, 1]],
    ]);
    reader.close();
  });

  it('is that of the run or the experiment that is asked for, or the newest', () => {
    const [first, second] = [experiment('first'), experiment('second')];
    expect(exportTable(database, { run: String(first) }).text).toBe(
      exportTable(database, { experiment: 'first' }).text,
    );
    expect(exportTable(database, { format: 'json' }).text).toBe(
      exportTable(database, { format: 'json', run: String(second) }).text,
    );
    expect(() => exportTable(database, { experiment: 'third' })).toThrow(
      `There is no table of experiment "third"; there is second (run ${second}), first (run ${first}).`,
    );
    expect(() => exportTable(database, { format: 'xls' })).toThrow(
      'choose one of markdown, csv, latex, json',
    );
    expect(() => exportTable(database, { seeds: '1,x' })).toThrow(
      'The seed is "x"; expected a whole number.',
    );
  });

  it('is that of the newest ablation where none is asked for, whatever ran after it', () => {
    const first = experiment('first', 'sweep');
    expect(findTable(database, {})).toBe(first);
    const ablation = experiment('second');
    const last = experiment('third', 'robustness');
    expect(findTable(database, {})).toBe(ablation);
    expect(findTable(database, { run: last })).toBe(last);
    expect(findTable(database, { experiment: 'third' })).toBe(last);
  });

  it('has what its run says is to be read with it, once', () => {
    const run = experiment('first');
    const attached = database.attachRun(run);
    attached.event('info', 'Nobody was left out.');
    attached.event('info', 'Nobody was left out.');
    attached.event('warning', 'The moon is full.');
    attached.detach();
    expect(readNotes(database, run)).toEqual(['Nobody was left out.']);
    expect(requestedTable(database, {}).notes).toEqual(['Nobody was left out.']);
    expect(exportTable(database, {}).text).toMatch(/Nobody was left out\.\n$/);
  });

  it('says how to make one where there is none', () => {
    expect(() => exportTable(database, {})).toThrow('npx nx run experiments:ablation');
  });
});
