import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset } from '@id3/data';
import { describe, expect, it } from 'vitest';
import { loadConfig, type Overrides } from '../config/load.ts';
import { albumOf, benchmarkFixture, photoFixture } from '../fixtures/photos.ts';
import { Pipeline } from '../pipeline.ts';
import { Plan } from '../plan.ts';
import { photoBenchmarkStage } from '../stages/photo-benchmark.ts';
import { runnable } from '../stages/task.ts';
import { FROM_SCRATCH } from '../weights.ts';

const PEOPLE = ['Ann', 'Bea', 'Cid', 'Dan'];
const lfw = benchmarkFixture(PEOPLE, { spec: { format: 'lfw', source: '/nowhere' }, size: 24 });
const agedb = benchmarkFixture(PEOPLE, {
  spec: { format: 'insightface-bin', source: '/nowhere/agedb_30.bin' },
  firstTake: 2000,
});

const pipelineOf = (overrides: Overrides) =>
  new Pipeline(new Plan(), loadConfig('smoke', overrides), 'full', FROM_SCRATCH);
const verified = (overrides: Overrides) => pipelineOf(overrides).verification(1);

describe('benchmarks of photos', () => {
  it('are columns after the rendered ones, called what they are', () => {
    const node = verified({ 'benchmarks.names': 'rendered-lfw', 'benchmarks.folders': `${lfw},${agedb}` });
    expect(node.inputs.benchmarks).toEqual(['rendered-lfw', 'lfw', 'agedb-30']);
    expect(node.needs['benchmarks.lfw'].inputs).toMatchObject({ folder: lfw, size: 16 });
    const alone = verified({ 'benchmarks.names': '', 'benchmarks.folders': agedb });
    expect(alone.inputs.benchmarks).toEqual(['agedb-30']);
  });

  it('leave the keys of all but the verification alone, and are known wherever they lie', () => {
    const moved = join(mkdtempSync(join(tmpdir(), 'id3-photos-')), 'moved');
    cpSync(lfw, moved, { recursive: true });
    const keys = [lfw, moved, agedb].map((folder) => verified({ 'benchmarks.folders': folder }).key);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
    expect(verified({}).key).not.toBe(keys[0]);
    expect(pipelineOf({ 'benchmarks.folders': lfw }).recogniser(1).key).toBe(
      pipelineOf({}).recogniser(1).key,
    );
  });

  it('are scaled to the size of the experiment, pairs and folds as they were', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'id3-photos-'));
    const { inputs } = pipelineOf({ 'benchmarks.folders': lfw }).benchmark('lfw');
    const host = { checkpointSeconds: 1, log: () => {}, progress: () => {}, warn: () => {} };
    const task = {
      stage: 'photo-benchmark',
      phase: 'run',
      inputs,
      folder,
      needs: {},
      part: 0,
      parts: 1,
    } as const;
    await runnable(photoBenchmarkStage).perform(task, host);
    const [before, after] = [openDataset(lfw), openDataset(folder)];
    expect([before.width, after.width, after.height]).toEqual([24, 16, 16]);
    expect(after.pairs).toEqual(before.pairs);
    expect(after.record(3)).toEqual(before.record(3));
  });

  it.each([
    [
      'without pairs',
      () => photoFixture({ images: albumOf(PEOPLE, 2) }),
      /has no verification pairs; name a benchmark's folder, not a training set's\.$/,
    ],
    [
      'smaller than the experiment',
      () => benchmarkFixture(PEOPLE, { size: 8 }),
      /has images of 8×8 pixels, fewer than the experiment's 16×16; import it again with --size=16 or set image\.size\.$/,
    ],
    [
      'twice',
      () => `${lfw},${benchmarkFixture(PEOPLE, { name: 'lfw', spec: { format: 'x' } })}`,
      /lfw of benchmarks\.folders is lfw, and so is .*photos; a table has one column of that name: leave one out\.$/,
    ],
    [
      'under a rendered name',
      () => benchmarkFixture(PEOPLE, { name: 'rendered-x' }),
      /holds photos under the name of a rendered benchmark, rendered-x; rename it\.$/,
    ],
    [
      'that are not there',
      () => '/nowhere',
      /^\/nowhere is not a finished dataset \(it has no manifest\.json\)/,
    ],
  ])('%s are refused before anything is computed', (_, folders, sentence) => {
    expect(() => verified({ 'benchmarks.folders': folders() })).toThrow(sentence);
  });
});
