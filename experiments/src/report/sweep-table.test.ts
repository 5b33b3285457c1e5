import { tabulate } from '@id3/report';
import { expect, it } from 'vitest';
import type { SweepVariant } from '../sweeps.ts';
import { sweepCsv, sweepPanels, sweepTitles } from './sweep-table.ts';

const full = { name: 'full', title: 'ID³' };
const withoutLoss = { name: 'no-id-loss', title: 'without ID loss' };
const point = (row: SweepVariant['row'], value: number, name: string): SweepVariant => ({
  row,
  value,
  name,
  title: name,
  apply: (config) => config,
});
const variants = [
  point(full, 0, 'full-guidance-0'),
  point(full, 0.3, 'full'),
  point(withoutLoss, 0, 'no-id-loss-guidance-0'),
  point(withoutLoss, 0.3, 'no-id-loss'),
];
const accuracies: Record<string, number> = { 'full-guidance-0': 0.7, full: 0.8, 'no-id-loss': 0.6 };
const table = tabulate(
  variants.map(({ name, title }, k) => ({
    name,
    title,
    config: {},
    replicates:
      name in accuracies
        ? [
            {
              generator: 1,
              dataset: 1,
              seed: 1,
              run: k,
              folds: {
                'rendered-lfw': [accuracies[name], accuracies[name]],
                'rendered-agedb': [accuracies[name] - 0.1, accuracies[name] - 0.1],
              },
            },
          ]
        : [],
  })),
);
const points = { field: 'generation.sampler.guidance', variants };

it('a sweep’s panels have a line for each row, the primary column first, with gaps where nothing is known', () => {
  const panels = sweepPanels(table, points);
  expect(sweepTitles(variants)).toEqual(['ID³', 'without ID loss']);
  expect(panels.map(({ title }) => title)).toEqual(['rendered average', 'rendered-lfw', 'rendered-agedb']);
  expect(panels[0].ticks).toEqual(['0', '0.3']);
  expect(panels[1].lines.map((line) => line.map((value) => value?.mean))).toEqual([
    [0.7, 0.8],
    [undefined, 0.6],
  ]);
});

it('a sweep’s CSV has every point and column', () => {
  const lines = sweepCsv(table, points).trimEnd().split('\n');
  expect(lines).toHaveLength(1 + 3 * 3);
  expect(lines).toContain('generation.sampler.guidance,0,full,rendered-lfw,0.7,0,0');
  expect(lines).toContain('generation.sampler.guidance,0.3,no-id-loss,rendered-lfw,0.6,0,3');
});
