import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaceRenderer, greyOf, openDataset, renderItems } from '@id3/data';
import { planBenchmark } from '@id3/eval';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAblation, tinyWith } from '../fixtures/command.ts';
import { benchmarkFixture } from '../fixtures/photos.ts';

let out: string;
beforeAll(() => void (out = mkdtempSync(join(tmpdir(), 'id3-grey-'))));
afterAll(() => rmSync(out, { recursive: true, force: true }));

/** The folders of a stage's results. */
const resultsOf = (stage: string): string[] =>
  readdirSync(join(out, stage)).map((key) => join(out, stage, key));

it('an ablation with image.channels=1 is grey from the first image to the table', async () => {
  const lfw = benchmarkFixture(['W', 'X', 'Y', 'Z'], { spec: { format: 'lfw', source: '/nowhere' } });
  const options = tinyWith([
    '--variants=full,ceiling',
    '--image.channels=1',
    '--data.validation.people=4',
    '--data.judge.people=4',
    '--judge.training.steps=2',
    '--diffusion.training.steps=2',
    '--generation.identities=4',
    `--benchmarks.folders=${lfw}`,
    `--out=${out}`,
  ]);
  const { code, stdout, stderr } = await startAblation(options).ended;
  expect(code, stderr).toBe(0);
  for (const text of [stdout, readFileSync(join(out, 'reports/ablation-smoke/table.md'), 'utf8')])
    expect(text).toContain('All images are grey, and all networks take one channel (image.channels=1).');

  const datasets = ['render-pool', 'render-benchmark', 'photo-benchmark', 'generate'].map(resultsOf);
  expect(datasets.map((folders) => folders.length)).toEqual([4, 1, 1, 1]);
  for (const folder of datasets.flat()) expect(openDataset(folder).channels).toBe(1);

  const [, [benchmark], [photos]] = datasets;
  const rendered = openDataset(benchmark);
  const { images } = planBenchmark({ name: 'rendered-lfw', seed: 1, pool: 'test', pairs: 8, folds: 2 });
  const colours = renderItems(await FaceRenderer.load(), { seed: 1, pool: 'test', size: 16 }, images).images;
  expect(images.map((_, i) => [...rendered.image(i)]).flat()).toEqual([...greyOf(colours)]);
  const [given, taken] = [openDataset(lfw), openDataset(photos)];
  for (let i = 0; i < given.count; i++) expect([...taken.image(i)]).toEqual([...greyOf(given.image(i))]);

  // The first face of the grid, below the titles and right of the labels.
  const [grid] = resultsOf('sample-grid');
  const file = readdirSync(grid).find((name) => name.endsWith('.png'))!;
  const face = sharp(join(grid, file))
    .removeAlpha()
    .toColourspace('srgb')
    .extract({ left: 100, top: 32, width: 96, height: 96 });
  const rgb = await face.raw().toBuffer();
  for (let k = 0; k < rgb.length; k += 3) expect([rgb[k + 1], rgb[k + 2]]).toEqual([rgb[k], rgb[k]]);
  expect(new Set(rgb).size).toBeGreaterThan(10);
}, 1_200_000);
