import { describe, expect, it } from 'vitest';
import { benchmarkNames, planBenchmark, type BenchmarkName, type Conditions } from './benchmarks.ts';

const groupOf = (person: number) => String(person % 6);
const personOf = (person: number) => ({ baseAge: 18 + ((person * 7) % 48), group: groupOf(person) });
const plan = (name: BenchmarkName) => planBenchmark({ name, seed: 1, pairs: 2000 }, personOf);

/** What must hold between the two shots of every pair. */
const promises: Record<BenchmarkName, (first: Conditions, second: Conditions, same: boolean) => boolean> = {
  'rendered-lfw': (a, b, same) =>
    Math.abs(a.yaw) <= 35 && Math.abs(b.yaw) <= 35 && (!same || Math.abs(a.age - b.age) <= 8),
  'rendered-cfp-fp': (a, b) => Math.abs(a.yaw) <= 10 && Math.abs(b.yaw) >= 60 && Math.abs(b.yaw) <= 75,
  'rendered-cplfw': (a, b) => {
    const gap = Math.abs(b.yaw) - Math.abs(a.yaw);
    return gap >= 30 && gap <= 60;
  },
  'rendered-agedb': (a, b) => b.age - a.age >= 30,
  'rendered-calfw': (a, b) => b.age - a.age >= 20,
};

describe.each(benchmarkNames)('%s', (name) => {
  const { images, pairs } = plan(name);
  it('keeps its promise in every pair', () => {
    for (const { a, b, same } of pairs)
      expect(promises[name](images[a].conditions, images[b].conditions, same)).toBe(true);
  });
  it('stays within ages and angles that can be rendered', () => {
    for (const { conditions } of images) {
      expect(conditions.age).toBeGreaterThanOrEqual(18);
      expect(conditions.age).toBeLessThanOrEqual(85);
      expect(Math.abs(conditions.yaw)).toBeLessThanOrEqual(75);
      expect(Math.abs(conditions.pitch)).toBeLessThanOrEqual(15);
    }
  });
  it('matches the impostors of CPLFW and CALFW alone', () => {
    const matched = pairs
      .filter((pair) => !pair.same)
      .every(({ a, b }) => groupOf(images[a].person) === groupOf(images[b].person));
    expect(matched).toBe(name === 'rendered-cplfw' || name === 'rendered-calfw');
  });
  it('is a function of its spec and has the people of the others in each fold', () => {
    expect(plan(name)).toEqual({ images, pairs });
    const people = (of: ReturnType<typeof plan>) =>
      Array.from({ length: 10 }, (_, fold) =>
        [
          ...new Set(of.pairs.filter((p) => p.fold === fold && p.same).map((p) => of.images[p.a].person)),
        ].sort(),
      );
    expect(people({ images, pairs })).toEqual(people(plan('rendered-lfw')));
  });
});

describe('planBenchmark', () => {
  it('gives same and different pairs the same age gaps where age is the question', () => {
    const { images, pairs } = plan('rendered-agedb');
    const mean = (same: boolean) => {
      const gaps = pairs
        .filter((pair) => pair.same === same)
        .map(({ a, b }) => images[b].conditions.age - images[a].conditions.age);
      return gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    };
    // 1 000 gaps of standard deviation 7.6 each: standard error of the difference 0.34.
    expect(Math.abs(mean(true) - mean(false))).toBeLessThan(2);
  });
  it('works out at the size of the smoke profile and of the originals', () => {
    for (const name of benchmarkNames) {
      expect(planBenchmark({ name, seed: 1, pairs: 80, folds: 4 }, personOf).pairs).toHaveLength(80);
      expect(planBenchmark({ name, seed: 1, pairs: 6000 }, personOf).pairs).toHaveLength(6000);
    }
  });
});
