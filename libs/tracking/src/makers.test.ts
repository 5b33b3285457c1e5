import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listMakers, openDatabase, type Database, type Run } from './index.ts';

let folder: string;
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'id3-makers-'));
  database = openDatabase(join(folder, 'tracking.sqlite'));
  for (const file of ['f', 'g', 'h']) writeFileSync(join(folder, file), file);
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const experiment = () => database.initRun({ experiment: 'e', name: 'ablation', config: {} });
function computed(parent: Run, ...files: string[]): Run {
  const run = database.initRun({ experiment: 'e', name: 's', stage: 's', config: {}, parent: parent.id });
  for (const file of files) run.artefact(file, 'file');
  return run;
}
function cached(parent: Run, file: string): void {
  const about = { experiment: 'e', name: 's', stage: 's', config: {}, parent: parent.id };
  database.cachedRun(about).artefact(file, 'file');
}
const makersOf = (run: Run) => listMakers(database, run.id).map(({ id }) => id);

it('are the runs that computed the files themselves, and each once', () => {
  const run = experiment();
  const [f, gh] = [computed(run, 'f'), computed(run, 'g', 'h')];
  for (const one of [f, gh]) one.finish();
  expect(makersOf(run)).toEqual([f.id, gh.id]);
});

it('of what was there already are the last that computed it before, not after', () => {
  const [first, second, third] = [experiment(), experiment(), experiment()];
  const old = computed(first, 'f');
  old.finish();
  const anew = computed(first, 'f');
  anew.finish();
  cached(second, 'f');
  const later = computed(third, 'f');
  later.finish();
  expect(makersOf(second)).toEqual([anew.id]);
  expect(makersOf(third)).toEqual([later.id]);
});

it('are none that failed, nor those of another experiment’s files', () => {
  const [first, second] = [experiment(), experiment()];
  computed(first, 'f').fail(new Error('no'));
  const other = computed(first, 'g');
  other.finish();
  cached(second, 'f');
  expect(makersOf(second)).toEqual([]);
  expect(makersOf(first)).toEqual([other.id]);
});
