import { crossedInterval, type VariantResults } from '@id3/report';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { curvesPng } from '../pictures/curves.ts';
import {
  robustnessCsv,
  robustnessLegend,
  robustnessPanels,
  robustnessTable,
  robustnessTexts,
} from './robustness-table.ts';

const full: VariantResults = {
  name: 'full',
  title: 'ID³',
  config: {},
  replicates: [
    {
      generator: 0,
      dataset: 0,
      seed: 1,
      run: 7,
      folds: { 'rendered-lfw': [0.9, 0.8], 'rendered-lfw pgd 2': [0.4, 0.2] },
    },
    {
      generator: 0,
      dataset: 0,
      seed: 2,
      run: 8,
      folds: { 'rendered-lfw': [0.8, 0.7], 'rendered-lfw pgd 2': [0.3, 0.1] },
    },
    // Another benchmark's trial is none of this one.
    { generator: 0, dataset: 0, seed: 3, run: 9, folds: { 'rendered-agedb': [0.1, 0.1] } },
  ],
};
const floor: VariantResults = { name: 'floor', title: 'floor', config: {}, replicates: [] };
const table = robustnessTable([full, floor], 'rendered-lfw');

describe('the table of robustness', () => {
  it('has means and intervals over the seeds and folds of each condition', () => {
    const texts = robustnessTexts(table);
    expect(texts).toHaveLength(17);
    expect(texts[0]).toEqual(['accuracy in %, mean ± 95 % CI', 'ID³', 'floor']);
    const half =
      100 *
      crossedInterval([
        [0.9, 0.8],
        [0.8, 0.7],
      ]).halfWidth!;
    expect(texts[1]).toEqual(['clean', `80.00 ± ${half.toFixed(2)}`, '–']);
    expect(texts.find(([label]) => label === 'PGD 2')![1]).toMatch(/^25\.00 ± /);
    expect(texts.find(([label]) => label === 'PGD 4')).toEqual(['PGD 4', '–', '–']);
    expect(robustnessLegend(table)).toMatch(/^On rendered-lfw, over 2 seed\(s\) and 2 folds\./);
  });

  it('is written unrounded, without what is missing', () => {
    const [header, ...lines] = robustnessCsv(table).trimEnd().split('\n');
    expect(header.split(',')).toHaveLength(9);
    expect(lines.map((line) => line.replace(/,[\d.]+,(\d+ \d+)$/, ',CI,$1'))).toEqual([
      'full,rendered-lfw,clean,,2,2,0.8,CI,7 8',
      'full,rendered-lfw,pgd,2,2,2,0.25,CI,7 8',
    ]);
  });

  it('has a panel for each disturbance, the clean pairs in all', () => {
    const panels = robustnessPanels(table);
    expect(panels.map(({ title }) => title)).toEqual([
      'Gaussian blur',
      'Gaussian noise',
      'JPEG',
      'Occlusion',
      'PGD',
    ]);
    const { ticks, lines } = panels[4];
    expect(ticks).toEqual(['clean', '1', '2', '4']);
    expect(lines.map((line) => line.map((value) => value?.mean))).toEqual([
      [0.8, undefined, 0.25, undefined],
      [undefined, undefined, undefined, undefined],
    ]);
  });
});

describe('the curves', () => {
  it('have a dot of each line’s colour at its accuracy', async () => {
    const point = (mean: number) => crossedInterval([[mean]]);
    const panel = {
      title: 'PGD',
      ticks: ['clean', '1'],
      lines: [
        [point(1), point(0.25)],
        [point(0.5), undefined],
      ],
    };
    const png = sharp(await curvesPng([panel, panel], ['ID³', 'floor']));
    const { data, info } = await png.raw().toBuffer({ resolveWithObject: true });
    const at = (x: number, y: number) => {
      const start = (Math.round(y) * info.width + x) * info.channels;
      return [...data.subarray(start, start + 3)];
    };
    // Accuracies of 100 and 25 % over 200 pixels below a header of 30; the second panel starts at 220.
    for (const left of [0, 220]) {
      expect(at(left + 54, 30)).toEqual([0x25, 0x63, 0xeb]);
      expect(at(left + 198, 30 + 150)).toEqual([0x25, 0x63, 0xeb]);
      expect(at(left + 54, 30 + 100)).toEqual([0x11, 0x18, 0x27]);
    }
    expect(at(198, 30 + 100)).not.toEqual([0x11, 0x18, 0x27]);
  });

  it('have the labels of close ticks in two rows by turns', async () => {
    const ticks = ['0', '0.003', '0.01', '0.03', '0.1', '0.3', '1'];
    const lines = [ticks.map(() => crossedInterval([[1]]))];
    const { data, info } = await sharp(await curvesPng([{ title: 'w', ticks, lines }], ['ID³']))
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    /** The darkest pixel about the second tick, a sixth of 144 pixels from the first at 54, in a row of labels. */
    const darkest = (row: number) => {
      let value = 255;
      for (let y = 234 + 18 * row; y < 252 + 18 * row; y++)
        for (let x = 54 + 24 - 5; x <= 54 + 24 + 5; x++) value = Math.min(value, data[y * info.width + x]);
      return value;
    };
    expect(darkest(0)).toBe(255);
    expect(darkest(1)).toBeLessThan(100);
  });
});
