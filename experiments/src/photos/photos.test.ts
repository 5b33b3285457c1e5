import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset } from '@id3/data';
import { describe, expect, it } from 'vitest';
import { loadConfig, type Overrides } from '../config/load.ts';
import { albumOf, benchmarkFixture, photoFixture } from '../fixtures/photos.ts';
import { Pipeline } from '../pipeline.ts';
import { planAblation, targetsOf } from '../rows.ts';
import { Plan } from '../plan.ts';
import { STAGES } from '../stages/index.ts';
import { ablationVariants } from '../variants.ts';
import { findingsNote, notesOn } from './notes.ts';
import type { StageInputs } from '../stages/stage.ts';
import { FROM_SCRATCH } from '../weights.ts';

const PEOPLE = ['Ann', 'Bea', 'Cid', 'Dan'];
const lfw = benchmarkFixture(PEOPLE, { spec: { format: 'lfw', source: '/nowhere' }, size: 24 });
const agedb = benchmarkFixture(PEOPLE, {
  spec: { format: 'insightface-bin', source: '/nowhere/agedb_30.bin' },
  firstTake: 2000,
});

/** Runs a stage that needs no other; gives the folder of its result. */
async function perform(stage: string, inputs: StageInputs): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'id3-photos-'));
  const host = { checkpointSeconds: 1, log: () => {}, progress: () => {}, warn: () => {} };
  const task = { stage, phase: 'run', inputs, folder, needs: {}, part: 0, parts: 1 } as const;
  await STAGES[stage].perform(task, host);
  return folder;
}

const pipelineOf = (overrides: Overrides) =>
  new Pipeline(new Plan(), loadConfig('smoke', overrides), 'full', FROM_SCRATCH);
const verified = (overrides: Overrides) => pipelineOf(overrides).verification(1);

const training = photoFixture({
  images: [...albumOf(['ANN', 'Bob'], 3), ...albumOf(['b_e-a', 'Eve'], 2, 50)],
});
const trained = (overrides: Overrides) => ({
  'data.trainFolder': training,
  'f.source': 'face-api',
  ...overrides,
});
const trainOn = (overrides: Overrides) => {
  const config = loadConfig('smoke', trained(overrides));
  const { inputs } = new Pipeline(new Plan(), config, 'full', FROM_SCRATCH).pool('train');
  const [threshold, ...notes] = notesOn([config, config]);
  expect(threshold).toMatch(/^f takes two faces for one person from the threshold on that rendered-lfw /);
  return { inputs, notes };
};

it('the notes say whose people rendered benchmarks hold, where these are for choosing', () => {
  const notes = (overrides: Overrides) => notesOn([loadConfig('quick', overrides)]);
  expect(notes({})).toEqual([]);
  expect(notes({ 'benchmarks.people': 'validation' })).toEqual([
    'Rendered benchmarks hold people of the validation pool (benchmarks.people): for choosing, not for reporting.',
  ]);
});

describe('people in training and in a benchmark', () => {
  it('are left out of training, with the count', async () => {
    const { inputs, notes } = trainOn({ 'benchmarks.folders': lfw });
    expect(inputs.without).toEqual(['ann', 'bea']);
    expect(notes).toEqual([
      '2 people of the training photos (5 of 10 photos) are in lfw too and were left out of training.',
    ]);
    const folder = await perform('photo-pool', inputs);
    const pool = openDataset(folder);
    expect(Array.from({ length: pool.count }, (_, i) => pool.record(i).person)).toEqual([
      'Bob',
      'Bob',
      'Bob',
      'Eve',
      'Eve',
    ]);
    expect(Array.from(pool.labels)).toEqual([0, 0, 0, 1, 1]);
  });

  it('stay where that is asked for, which the table says', () => {
    const { inputs, notes } = trainOn({ 'benchmarks.folders': lfw, 'data.overlap': 'keep' });
    expect(inputs.without).toBeUndefined();
    expect(notes).toEqual([
      '2 people of the training photos (5 of 10 photos) are in lfw too and were trained on (data.overlap=keep).',
    ]);
  });

  it('are nobody where names differ or faces are rendered, and change no key', () => {
    const plain = trainOn({}).inputs;
    const others = benchmarkFixture(['Fay', 'Gus'], { spec: { format: 'lfw', source: '/nowhere' } });
    const apart = trainOn({ 'benchmarks.folders': others });
    expect(apart.inputs).toEqual(plain);
    expect(apart.notes).toEqual(['Nobody of the training photos is in lfw.']);
    const rendered = benchmarkFixture(PEOPLE, { kind: 'rendered', name: 'drawn' });
    expect(trainOn({ 'benchmarks.folders': rendered }).inputs).toEqual(plain);
    expect(trainOn({}).notes).toEqual([]);
  });

  it('cannot be left out where names are missing, and are counted as far as they are known', () => {
    const nameless = photoFixture({ images: [{ take: 1 }, { person: 'Ann', take: 2 }] });
    expect(() => trainOn({ 'benchmarks.folders': lfw, 'data.trainFolder': nameless })).toThrow(
      `Who of ${nameless} is in a benchmark cannot be told, for names are missing in ${nameless}; ` +
        'import it anew from folders named after people, or train on all of them with --data.overlap=keep.',
    );
    const kept = { 'benchmarks.folders': lfw, 'data.trainFolder': nameless, 'data.overlap': 'keep' };
    expect(trainOn(kept).notes).toEqual([
      '1 person of the training photos (1 of 2 photos) is in lfw too and was trained on (data.overlap=keep), ' +
        `as far as names tell: they are missing in ${nameless}.`,
    ]);
    const unknown = photoFixture({ images: [{ take: 1 }, { take: 2 }] });
    expect(trainOn({ ...kept, 'data.trainFolder': unknown }).notes).toEqual([
      'Whether people of the training photos are in lfw too is not known, ' +
        `for names are missing in ${unknown}; all were trained on (data.overlap=keep).`,
    ]);
    const numbers = benchmarkFixture(['001', '002'], { spec: { format: 'lfw', source: '/nowhere' } });
    expect(() => trainOn({ 'benchmarks.folders': numbers })).toThrow(/names are missing in lfw;/);
  });

  it('must be as large as the images that are made', () => {
    const small = photoFixture({ images: albumOf(['Eve', 'Bob'], 2), size: 8 });
    expect(() => trainOn({ 'benchmarks.folders': lfw, 'data.trainFolder': small })).toThrow(
      `${small} of data.trainFolder has images of 8×8 pixels, fewer than the experiment's 16×16; import it again with --size=16 or set image.size.`,
    );
  });

  it('must not be everybody', () => {
    const everybody = photoFixture({ images: albumOf(['Cid', 'Dan'], 2) });
    expect(() => trainOn({ 'benchmarks.folders': lfw, 'data.trainFolder': everybody })).toThrow(
      `Everybody of ${everybody} is in a benchmark, so nobody is left to train on; name another data.trainFolder, or train on them with --data.overlap=keep.`,
    );
  });
});

describe('the threshold of f', () => {
  const thresholdOn = (overrides: Overrides) =>
    pipelineOf({ 'benchmarks.folders': `${lfw},${agedb}`, ...overrides }).measures().needs.verification.inputs
      .benchmarks;
  it('comes from the benchmark that the config names, else from the first', () => {
    expect(thresholdOn({})).toEqual(['rendered-lfw']);
    expect(thresholdOn({ 'benchmarks.names': '' })).toEqual(['lfw']);
    expect(thresholdOn({ 'benchmarks.threshold': 'agedb-30' })).toEqual(['agedb-30']);
    expect(() => thresholdOn({ 'benchmarks.threshold': 'agedb' })).toThrow(
      'benchmarks.threshold is "agedb", which is none of this experiment\'s benchmarks; choose from rendered-lfw, rendered-agedb, lfw, agedb-30.',
    );
  });

  it('is said in the notes', () => {
    const notes = notesOn([
      loadConfig('smoke', { 'benchmarks.folders': lfw, 'benchmarks.threshold': 'lfw' }),
    ]);
    expect(notes).toEqual(['f takes two faces for one person from the threshold on that lfw chooses.']);
    expect(notesOn([loadConfig('smoke', {})])).toEqual([]);
  });
});

describe('the ceiling', () => {
  // Of ten photos, ANN and Bob have three each, b_e-a and Eve two.
  const ceiling = (overrides: Overrides) => {
    const full = loadConfig('smoke', trained(overrides));
    const { apply } = ablationVariants(full).find(({ name }) => name === 'ceiling')!;
    const config = apply(full);
    const pipeline = new Pipeline(new Plan(), config, 'ceiling', FROM_SCRATCH);
    return { pipeline, notes: notesOn([full, config]).slice(1), full };
  };

  it('is trained on as many photos as are generated, f on all', async () => {
    const { pipeline, notes, full } = ceiling({
      'generation.identities': 2,
      'generation.imagesPerIdentity': 3,
    });
    const { inputs } = pipeline.trainingSet();
    expect(inputs.draw).toEqual({ seed: full.seed, people: 2, shotsPerPerson: 3 });
    expect(notes).toEqual([]);
    const pool = openDataset(await perform('photo-pool', inputs));
    expect([pool.count, pool.identities]).toEqual([6, 2]);
    expect(new Set(Array.from({ length: 6 }, (_, i) => pool.record(i).person))).toEqual(
      new Set(['ANN', 'Bob']),
    );
    const whole = new Pipeline(new Plan(), full, 'full', FROM_SCRATCH);
    expect(pipeline.f().key).toBe(whole.f().key);
    expect(pipeline.recogniser(1).needs.dataset.inputs).toBe(inputs);
  });

  it('says of how many where the folder has too few, without those who are left out', () => {
    const asked = { 'generation.identities': 5, 'generation.imagesPerIdentity': 2 };
    expect(ceiling(asked).notes).toEqual([
      "The ceiling was trained on 8 photos of 4 people, not on 10 of 5: no more of the training photos' people have 2 photos.",
    ]);
    expect(ceiling({ ...asked, 'benchmarks.folders': lfw }).notes[1]).toMatch(
      /^The ceiling was trained on 4 photos of 2 /,
    );
  });

  it('needs two people', () => {
    expect(() => ceiling({ 'generation.imagesPerIdentity': 9 })).toThrow(
      `${training} has 0 people with 9 photos, and the ceiling needs 2 at least; lower generation.imagesPerIdentity or leave out the ceiling by --variants.`,
    );
  });
});

describe('the lists of pairs', () => {
  const looked = (overrides: Overrides) => {
    const config = loadConfig('smoke', {
      'benchmarks.folders': `${lfw},${agedb}`,
      'generation.imagesPerIdentity': 2,
      ...overrides,
    });
    const variants = ablationVariants(config).filter(({ name }) => ['full', 'ceiling'].includes(name));
    const { rows } = planAblation(config, variants, FROM_SCRATCH);
    return targetsOf(rows).filter(({ stage }) => stage.name === 'look-at-pairs');
  };
  it('are looked at beside the photos that are trained on, once for all rows', () => {
    const targets = looked(trained({ 'data.overlap': 'keep' }));
    expect(new Set(targets.map(({ label }) => label))).toEqual(
      new Set(['look-at-pairs lfw', 'look-at-pairs agedb-30']),
    );
    expect(new Set(targets).size).toBe(2);
    for (const { needs } of targets) expect(Object.keys(needs)).toEqual(['benchmark', 'pool']);
    for (const { needs } of looked({})) expect(Object.keys(needs)).toEqual(['benchmark']);
  });

  it('are said to hold what they hold', () => {
    const clean = { pairs: 6, peopleInFolds: 0, listedTwice: 0, identical: 0, distinct: 6 };
    expect(findingsNote('lfw', { ...clean, inTraining: undefined })).toBe(
      'lfw (6 pairs): 0 people in more than one fold, 0 pairs listed twice, 0 pairs of identical photos.',
    );
    const odd = { ...clean, listedTwice: 2, distinct: 4, inTraining: 3 };
    expect(findingsNote('cfp-ff', odd)).toBe(
      'cfp-ff (6 pairs): 0 people in more than one fold, 2 pairs listed twice, 0 pairs of identical photos, ' +
        '3 photos that were trained on; 4 of its pairs are distinct.',
    );
  });

  it('may lack pairs, which is said', () => {
    const missing = { pictures: 3, pairs: [{ fold: 0, same: 1, different: 2 }] };
    const folder = benchmarkFixture(PEOPLE, { spec: { format: 'lfw', source: '/nowhere', missing } });
    expect(notesOn([loadConfig('smoke', { 'benchmarks.folders': folder })])[0]).toBe(
      'lfw: 3 of its 11 pairs were left out, for 3 photos are missing.',
    );
  });

  it('are judged on their distinct pairs where that is asked for, under another key', () => {
    const [plain, no, yes] = [{}, { 'benchmarks.distinct': 'false' }, { 'benchmarks.distinct': 'true' }].map(
      (overrides) => verified({ 'benchmarks.folders': lfw, ...overrides }),
    );
    expect(no.key).toBe(plain.key);
    expect(yes.inputs.distinct).toBe(true);
    expect(yes.key).not.toBe(plain.key);
  });
});

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

  it('are grey where the experiment is, under another key', async () => {
    const node = pipelineOf({ 'benchmarks.folders': agedb, 'image.channels': 1 }).benchmark('agedb-30');
    expect(node.key).not.toBe(pipelineOf({ 'benchmarks.folders': agedb }).benchmark('agedb-30').key);
    const dataset = openDataset(await perform('photo-benchmark', node.inputs));
    const given = openDataset(agedb);
    expect([dataset.channels, dataset.count]).toEqual([1, given.count]);
    for (let i = 0; i < dataset.count; i++) {
      const rgb = given.image(i);
      // BT.601 in thousandths, to the nearest grey level.
      dataset.image(i).forEach((grey, p) => {
        const thousandths = 299 * rgb[3 * p] + 587 * rgb[3 * p + 1] + 114 * rgb[3 * p + 2];
        expect(Math.abs(1000 * grey - thousandths)).toBeLessThanOrEqual(500);
      });
    }
    expect(notesOn([loadConfig('smoke', { 'image.channels': 1 })])).toEqual([
      'All images are grey, and all networks take one channel (image.channels=1).',
    ]);
  });

  it('are scaled to the size of the experiment, pairs and folds as they were', async () => {
    const { inputs } = pipelineOf({ 'benchmarks.folders': lfw }).benchmark('lfw');
    const folder = await perform('photo-benchmark', inputs);
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
      /^\/nowhere does not exist; check the path, or make a dataset there: /,
    ],
  ])('%s are refused before anything is computed', (_, folders, sentence) => {
    expect(() => verified({ 'benchmarks.folders': folders() })).toThrow(sentence);
  });
});
