import { expect, it } from 'vitest';
import type { VariantResults } from './results.ts';
import { differingFields, flatten, sweep } from './sweep.ts';

const variant = (
  name: string,
  lb: number,
  anchors: string,
  seeds: number[],
  accuracy: number,
): VariantResults => ({
  name,
  title: name,
  config: { generation: { lb, anchors }, seeds: [1, 2] },
  replicates: seeds.map((seed) => ({
    generator: 0,
    dataset: 0,
    seed,
    run: seed,
    folds: { lfw: [accuracy, accuracy] },
  })),
});
const variants = [
  variant('full', 0.4, 'spread', [1, 2], 0.9),
  variant('high', 0.8, 'spread', [1], 0.7),
  variant('low', 0.2, 'spread', [2], 0.8),
  variant('high-random', 0.8, 'random', [1, 3], 0.6),
  variant('random', 0.4, 'random', [1], 0.5),
];

it('flattens a config to its leaves', () => {
  expect(flatten(variants[0].config)).toEqual({
    'generation.lb': 0.4,
    'generation.anchors': 'spread',
    seeds: [1, 2],
  });
});

it('knows the fields that differ', () => {
  expect(differingFields(variants)).toEqual(['generation.lb', 'generation.anchors']);
  expect(differingFields(variants.slice(0, 1))).toEqual([]);
});

it('takes the baseline and what changes the field, by value, each seed once', () => {
  const points = sweep(variants, 'generation.lb', 'full');
  expect(points.map(({ value }) => value)).toEqual([0.2, 0.4, 0.8]);
  // `random` has the baseline's lb: it would say something about anchors
  expect(points[1].replicates.map(({ folds }) => folds.lfw[0])).toEqual([0.9, 0.9]);
  // `high` changes nothing else
  expect(points[2].replicates.map(({ seed, folds }) => [seed, folds.lfw[0]])).toEqual([[1, 0.7]]);
  expect(points.map(({ alsoChanged }) => alsoChanged)).toEqual([[], [], []]);
});

it('takes what changes other fields too where nothing else has the value, each seed once', () => {
  const both = [
    variants[0],
    variants[3],
    { ...variant('higher', 0.8, 'none', [1, 2], 0.5), title: 'second of equal value' },
  ];
  const [, high] = sweep(both, 'generation.lb', 'full');
  expect(high.alsoChanged).toEqual(['generation.anchors']);
  expect(high.replicates.map(({ seed, folds }) => [seed, folds.lfw[0]])).toEqual([
    [1, 0.6],
    [2, 0.5],
    [3, 0.6],
  ]);
});
