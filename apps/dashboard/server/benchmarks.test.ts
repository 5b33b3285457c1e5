import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database, type Verification } from '@id3/tracking';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaderboards, publishedName } from './leaderboard.ts';
import { pooled, sliceTable, type Slice } from './slices.ts';

let root: string;
let db: Database;
let experimentRun: number;

const slice = (pairs: number, same: number, accuracy: number): Slice => ({
  by: 'gender',
  name: 'female',
  pairs,
  same,
  accuracy,
  falseMatchRate: pairs === same ? null : 0.1,
  falseNonMatchRate: same === 0 ? null : 0.3,
});
const verification = (benchmark: string, accuracy: number): Verification => ({
  benchmark,
  pairs: 10,
  accuracy,
  accuracyStd: 0,
  auc: 1,
  eer: 0,
  tarAtFar: {},
  folds: [],
});

// Two variants, two seeds each; the file of the second variant's second seed is damaged.
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'id3-benchmarks-'));
  db = openDatabase(join(root, 'tracking.sqlite'));
  const parent = db.initRun({ experiment: 'ablation', name: 'ablation', config: {} });
  experimentRun = parent.id;
  const ids = parent.variants(['full', 'floor'].map((name) => ({ name, title: name, config: {} })));
  const accuracies = { full: [0.9, 0.8], floor: [0.6, 0.5] };
  for (const [name, values] of Object.entries(accuracies))
    values.forEach((accuracy, seed) => {
      const run = db.initRun({
        experiment: 'ablation',
        name: `verify ${name}`,
        config: {},
        parent: parent.id,
      });
      run.verification(verification('rendered-lfw', accuracy));
      run.verification(verification('agedb_30', accuracy - 0.1));
      run.verification(verification('agedb_30 distinct', 0.1));
      const file = `${name}-${seed}.json`;
      const slices = [slice(4, 2, accuracy)];
      const damaged = name === 'floor' && seed === 1;
      const content = [{ benchmark: 'rendered-lfw', slices }, { benchmark: 'agedb_30' }];
      writeFileSync(join(root, file), damaged ? '[{' : JSON.stringify(content));
      run.artefact(file, 'verification');
      run.partOf(ids.get(name)!, 'verification');
      run.finish();
    });
  parent.finish();
});
afterAll(() => {
  db.close();
  rmSync(root, { recursive: true, force: true });
});

describe('leaderboards', () => {
  it('averages seeds, orders by average and keeps rendered benchmarks apart', () => {
    const { rendered } = leaderboards(db);
    expect(rendered.benchmarks).toEqual(['rendered-lfw']);
    expect(rendered.entries.map(({ title }) => title)).toEqual(['full', 'floor']);
    expect(rendered.entries[0].average).toBeCloseTo(0.85, 12);
    expect(rendered.entries[0].ours).toEqual({ seeds: 2, experimentRun });
  });

  it('sets configs of ours beside published methods, which are marked and sourced', () => {
    const { real } = leaderboards(db);
    const ours = real.entries.find(({ title }) => title === 'full')!;
    expect(ours.accuracy['AgeDB-30']).toBeCloseTo(0.75, 12);
    expect(real.benchmarks).not.toContain('agedb_30 distinct');
    // Not comparable: only one of the five benchmarks was verified.
    expect(ours.average).toBeUndefined();
    const published = real.entries.filter((entry) => entry.published !== undefined);
    expect(published.length).toBeGreaterThan(10);
    for (const entry of published) expect(entry.published!.source).not.toBe('');
    const unconfirmed = published.filter((entry) => entry.title === 'ID³');
    for (const entry of unconfirmed) expect(entry.published!.note).toBeDefined();
    const averages = published.map(({ average }) => average!);
    expect([...averages].sort((a, b) => b - a)).toEqual(averages);
  });

  it.each([
    ['agedb_30', 'AgeDB-30'],
    ['cfp_fp', 'CFP-FP'],
    ['LFW', 'LFW'],
    ['rendered-lfw', 'rendered-lfw'],
  ])('know %s as %s', (name, known) => expect(publishedName(name)).toBe(known));
});

describe('slices', () => {
  it('are pooled over seeds, and damaged files are left out', () => {
    const asked = { experimentRun, benchmark: 'rendered-lfw', measure: 'accuracy' as const };
    const { benchmarks, variants, rows } = sliceTable(db, root, asked);
    expect(benchmarks).toEqual(['rendered-lfw']);
    expect(variants.map(({ name }) => name)).toEqual(['full', 'floor']);
    expect(rows).toHaveLength(1);
    expect(rows[0].values[0]).toBeCloseTo(0.85, 12);
    expect(rows[0].values[1]).toBeCloseTo(0.6, 12);
  });

  it('count by their pairs of the kind that the measure is about', () => {
    const slices = [slice(10, 0, 1), { ...slice(10, 10, 0.5), falseNonMatchRate: 0.5 }];
    expect(pooled(slices, 'accuracy')).toBeCloseTo(0.75, 12);
    expect(pooled(slices, 'falseMatchRate')).toBeCloseTo(0.1, 12);
    expect(pooled(slices, 'falseNonMatchRate')).toBeCloseTo(0.5, 12);
    expect(pooled([], 'accuracy')).toBeNull();
  });
});
