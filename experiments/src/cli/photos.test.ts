import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset } from '@id3/data';
import { readNotes } from '@id3/report';
import { getMetricSummaries, listRuns, openDatabase } from '@id3/tracking';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TINY_CEILING, startAblation, tinyWith } from '../fixtures/command.ts';
import { albumOf, benchmarkFixture, photoFixture } from '../fixtures/photos.ts';

// An ablation on drawn images in the place of photos: its ceiling row, made tiny, on the real command line.

const PEOPLE = Array.from('ABCDEFGHIJ', (letter) => `Person ${letter}`);
const training = photoFixture({ images: albumOf(PEOPLE, 4) });
const lfw = benchmarkFixture(['person_j', 'X', 'Y', 'Z'], { spec: { format: 'lfw', source: '/nowhere' } });
const OPTIONS = [...TINY_CEILING, `--data.trainFolder=${training}`];

let root: string;
beforeAll(() => void (root = mkdtempSync(join(tmpdir(), 'id3-photos-'))));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('an ablation on photos', { timeout: 1_200_000 }, () => {
  it('has real columns, and says in its record and under its table what they were measured on', async () => {
    const out = join(root, 'photos');
    const { code, stdout, stderr } = await startAblation([
      ...OPTIONS,
      `--benchmarks.folders=${lfw}`,
      '--benchmarks.distinct=true',
      `--out=${out}`,
    ]).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const notes = [
      'f takes two faces for one person from the threshold on that rendered-lfw chooses.',
      '1 person of the training photos (4 of 40 photos) is in lfw too and was left out of training.',
      "The ceiling was trained on 36 photos of 9 people, not on 64 of 16: no more of the training photos' people have 4 photos.",
      'lfw (8 pairs): 0 people in more than one fold, 2 pairs listed twice, 0 pairs of identical photos, 0 photos that were trained on; 6 of its pairs are distinct.',
    ];
    expect(stdout).toContain(`npx nx run dashboard:start --database=${join(out, 'tracking.sqlite')}\n`);
    const table = readFileSync(join(out, 'reports/ablation-smoke/table.md'), 'utf8');
    for (const text of [stdout, table]) for (const note of notes) expect(text).toContain(note);
    expect(table).toMatch(/\| rendered-lfw \| lfw \| lfw distinct \|\n/);
    const database = openDatabase(join(out, 'tracking.sqlite'));
    const [{ id }] = listRuns(database, { withVariants: true });
    expect(readNotes(database, id)).toEqual(notes);
    const [looked] = listRuns(database, { stage: 'look-at-pairs' });
    const numbers = getMetricSummaries(database, [looked.id]).map(({ key, value }) => [key, value]);
    expect(Object.fromEntries(numbers)).toMatchObject({ pairs: 8, listedTwice: 2, inTraining: 0 });
    database.close();
  });

  it('trains on a folder that has one photo of each person, and has what it made judged by a network of photos', async () => {
    const out = join(root, 'few');
    const singles = photoFixture({ images: albumOf(PEOPLE, 1) });
    const options = tinyWith([
      '--variants=full',
      `--data.trainFolder=${singles}`,
      `--benchmarks.folders=${lfw}`,
      '--f.source=face-api',
      '--f.whitenedSize=3',
      '--judge.source=faceres',
      '--diffusion.training.steps=2',
      '--generation.identities=4',
      '--generation.sampler.steps=1',
      `--out=${out}`,
    ]);
    const { code, stdout, stderr } = await startAblation(options).ended;
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('1 person of the training photos (1 of 10 photos) is in lfw too');
    const generated = join(out, 'generate');
    const dataset = openDataset(join(generated, readdirSync(generated)[0]));
    expect([dataset.count, dataset.identities]).toEqual([16, 4]);
    const measured = readFileSync(join(out, 'reports/ablation-smoke/measures.csv'), 'utf8');
    expect(measured).toMatch(/^variant,[^\n]*,g\.toCentre\.mean,[^\n]*\nfull,/);
  });

  it.each([
    [
      'a folder without pairs',
      () => [`--benchmarks.folders=${photoFixture({ images: albumOf(PEOPLE, 2) })}`],
      /has no verification pairs; name a benchmark's folder, not a training set's\.\n$/,
    ],
    [
      'a benchmark of smaller images',
      () => [`--benchmarks.folders=${lfw}`, '--image.size=32'],
      /has images of 16×16 pixels, fewer than the experiment's 32×32; import it again with --size=32 or set image\.size\.\n$/,
    ],
    [
      'people without names',
      () => [`--benchmarks.folders=${benchmarkFixture(['1', '2'], { name: 'nobody' })}`],
      /^Who of .* is in a benchmark cannot be told, for names are missing in nobody; import it anew .*\.\n$/,
    ],
    [
      'nobody left to train on',
      () => [`--benchmarks.folders=${benchmarkFixture(PEOPLE)}`],
      /^Everybody of .* is in a benchmark, so nobody is left to train on; .*--data\.overlap=keep\.\n$/,
    ],
    [
      'a ceiling of people with too few photos',
      () => ['--generation.imagesPerIdentity=5'],
      /has 0 people with 5 photos, and the ceiling needs 2 at least; lower generation\.imagesPerIdentity or leave out the ceiling by --variants\.\n$/,
    ],
  ])('refuses %s in one sentence, before anything is made', async (_, own, sentence) => {
    const out = join(root, 'none');
    const { code, stderr } = await startAblation([...OPTIONS, ...own(), `--out=${out}`]).ended;
    expect(stderr).toMatch(sentence);
    expect(stderr.trim()).not.toContain('\n');
    expect(code).toBe(1);
    expect(existsSync(out)).toBe(false);
  });
});
