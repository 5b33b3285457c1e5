import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, openReader, type Database, type Reader } from '@id3/tracking';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAblation } from './ablation.ts';
import { readExperiments } from './experiments.ts';

let root: string;
let db: Database;
let reader: Reader;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'id3-experiments-'));
  db = openDatabase(join(root, 'tracking.sqlite'));
  reader = openReader(db.path);
});
afterEach(() => {
  reader.close();
  db.close();
  rmSync(root, { recursive: true, force: true });
});

/** An experiment's run whose rows have the given accuracies, the same on all folds but for a thousandth. */
function compare(experiment: string, command: string, accuracies: Record<string, number>) {
  const run = db.initRun({ experiment, name: command, config: {} });
  const rows = Object.keys(accuracies).map((name) => ({ name, title: name, config: {}, verifications: 1 }));
  const ids = run.variants(rows);
  for (const [name, accuracy] of Object.entries(accuracies)) {
    const about = {
      experiment,
      name: `verify ${name}`,
      stage: 'verify',
      config: {},
      seed: 1,
      parent: run.id,
    };
    const verified = db.initRun(about);
    verified.partOf(ids.get(name)!, 'verification');
    verified.verification({
      benchmark: 'rendered-lfw',
      pairs: 4,
      accuracy,
      accuracyStd: 0,
      auc: 1,
      eer: 0,
      tarAtFar: {},
      folds: [0, 1, 2].map((fold) => ({
        fold,
        accuracy: accuracy + 0.001 * fold * fold * accuracy,
        threshold: 1,
      })),
    });
    verified.finish();
  }
  return run;
}

describe('the first page', () => {
  it('has nothing to list in an empty database', () => {
    expect(readExperiments(reader)).toMatchObject({ cards: [], count: 0, older: undefined });
  });

  it('tells what an experiment found, also after it ran again with all in the cache', () => {
    compare('first', 'ablation', { full: 0.8, ceiling: 0.9 }).finish();
    const [card] = readExperiments(reader).cards;
    expect(card.rows).toEqual({ done: 2, all: 2 });
    expect(card.finding).toMatch(/^full 10\.0 ± 0\.\d points below the ceiling on rendered-lfw$/);
    const again = db.initRun({ experiment: 'first', name: 'ablation', config: {} });
    expect(readExperiments(reader).cards[0]).toMatchObject({ status: 'running', finding: card.finding });
    again.finish();
  });

  it('tells of a running experiment what is measured so far, anew', () => {
    const run = db.initRun({ experiment: 'first', name: 'ablation', config: {} });
    run.variants([{ name: 'full', title: 'ID³', config: {}, verifications: 3 }]);
    run.progress(1, 4);
    const [card] = readExperiments(reader).cards;
    expect([card.status, card.rows, card.finding]).toEqual(['running', { done: 0, all: 1 }, undefined]);
    const variant = compare('second', 'ablation', { full: 0.75 });
    expect(readExperiments(reader).cards[0].finding).toMatch(
      /^full gives 75\.\d ± \d\.\d % on rendered-lfw$/,
    );
    variant.finish();
    run.finish();
  });

  it('compares nothing where an experiment does not', () => {
    db.initRun({ experiment: 'anchors', name: 'anchors', config: {} }).finish();
    const [card] = readExperiments(reader).cards;
    expect([card.table, card.rows, card.finding]).toEqual([undefined, undefined, undefined]);
  });

  it('goes on with older experiments', () => {
    for (let k = 0; k < 15; k++) db.initRun({ experiment: `e${k}`, name: 'r', config: {} }).finish();
    const newest = readExperiments(reader);
    expect([newest.cards[0].overview.name, newest.cards.length, newest.older, newest.count]).toEqual([
      'e14',
      12,
      12,
      15,
    ]);
    expect(readExperiments(reader, 12).cards.map(({ overview }) => overview.name)).toEqual([
      'e2',
      'e1',
      'e0',
    ]);
    expect(readExperiments(reader, NaN).from).toBe(0);
  });
});

it('the ablation is the newest ablation, whatever ran after it', () => {
  const ablation = compare('first', 'ablation', { full: 0.8, floor: 0.6 });
  ablation.finish();
  compare('second', 'robustness', { full: 0.7 }).finish();
  compare('third', 'sweep', { full: 0.7, 'full-lb-0.2': 0.6 }).finish();
  expect(readAblation(reader, {})!.run).toBe(ablation.id);
  expect(readAblation(reader, {})!.tables).toHaveLength(3);
});
