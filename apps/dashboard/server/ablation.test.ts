import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, openReader, type Database } from '@id3/tracking';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readAblation } from './ablation.ts';

let root: string;
let db: Database;
const NAMES = ['lfw', 'cfp-ff', 'cfp-ff distinct', 'rendered-lfw', 'rendered-calfw'];

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'id3-ablation-'));
  db = openDatabase(join(root, 'tracking.sqlite'));
  const parent = db.initRun({ experiment: 'photos', name: 'ablation', config: {} });
  const ids = parent.variants([{ name: 'full', title: 'ID³', config: {} }]);
  const run = db.initRun({ experiment: 'photos', name: 'verify', config: {}, parent: parent.id });
  const numbers = { pairs: 4, accuracy: 1, accuracyStd: 0, auc: 1, eer: 0, tarAtFar: {} };
  for (const benchmark of NAMES)
    run.verification({
      benchmark,
      ...numbers,
      folds: [0, 1].map((fold) => ({ fold, accuracy: benchmark === 'lfw' ? 0.5 : 0.9, threshold: 1 })),
    });
  run.partOf(ids.get('full')!, 'verification');
  run.finish();
  parent.event('info', 'lfw: 2 people were left out of training.');
  parent.finish();
});
afterAll(() => {
  db.close();
  rmSync(root, { recursive: true, force: true });
});

it('the matrix has an average of its own for rendered and for real benchmarks, and what is to be known of them', () => {
  const reader = openReader(db.path);
  const { table, benchmarks } = readAblation(reader, {})!;
  expect(table.columns).toEqual([
    'rendered-calfw',
    'rendered-lfw',
    'rendered average',
    'cfp-ff',
    'cfp-ff distinct',
    'lfw',
    'real average',
  ]);
  expect(table.rows[0].results['real average'].accuracy.mean).toBeCloseTo(0.7, 12);
  expect(table.notes).toEqual(['lfw: 2 people were left out of training.']);
  expect(benchmarks).toHaveLength(NAMES.length);
  const chosen = readAblation(reader, { benchmarks: 'lfw,rendered-lfw', group: 'x' })!;
  expect(chosen.table.columns).toEqual(['rendered-lfw', 'lfw']);
  expect(chosen.grouped!.table.notes).toEqual(table.notes);
  reader.close();
});
