import { expect, it } from 'vitest';
import { curvesIn } from './curves.ts';
import type { VariantResults } from './results.ts';

const row = (
  name: string,
  lb: number,
  sampler: string,
  accuracy: number,
  title = `ID³, lb = ${lb}`,
): VariantResults => ({
  name,
  title,
  config: { lb, sampler },
  replicates: [1, 2].map((seed) => ({
    generator: 1,
    dataset: 1,
    seed,
    run: seed,
    folds: { lfw: [accuracy, accuracy + (seed - 1) / 10], agedb: [0.5, 0.5] },
  })),
});
const swept = [0.6, 0.2, 0.4].map((lb) => row(`lb-${lb}`, lb, 'ddim', lb));

it('a field that takes three values while all else stays gives a curve, by ascending values', () => {
  const [{ field, lines }, ...more] = curvesIn(swept);
  expect(more).toEqual([]);
  expect(field).toBe('lb');
  expect(lines.map(({ title, points }) => [title, points.map(({ x }) => x)])).toEqual([
    ['ID³', [0.2, 0.4, 0.6]],
  ]);
  const at = lines[0].columns.indexOf('lfw');
  // The mean over both seeds and both folds: lb + (0 + 0.1) / 4.
  [22.5, 42.5, 62.5].forEach((mean, k) => expect(lines[0].points[k].cells[at]!.mean).toBeCloseTo(mean, 9)); // prettier-ignore
});

it('rows that differ in something else are a line of their own, and bounds none', () => {
  const others = [0.2, 0.4, 0.6].map((lb) => row(`euler-${lb}`, lb, 'euler', 0.1, `Euler, lb = ${lb}`));
  const ceiling = row('ceiling', 0.9, 'ddim', 1);
  const [{ lines }, ...more] = curvesIn([...swept, ...others, ceiling]);
  expect(more).toEqual([]);
  expect(lines.map(({ title, points }) => [title, points.length])).toEqual([
    ['ID³', 3],
    ['Euler', 3],
  ]);
});

it('two values, as an ablation has, give none; nor do rows without what is chosen', () => {
  expect(curvesIn(swept.slice(0, 2))).toEqual([]);
  expect(curvesIn(swept, { seeds: [7] })).toEqual([]);
  const [{ lines }] = curvesIn(swept, { seeds: [1], benchmarks: ['lfw'] });
  expect(lines[0].columns).toEqual(['lfw']);
  expect(lines[0].points[0].cells[0]!.mean).toBeCloseTo(20, 9);
});
