import { drawPerson, groupOf, type Shot } from '@id3/data';
import { describe, expect, it } from 'vitest';
import { benchmarkNames, planBenchmark, type BenchmarkName } from './benchmarks.ts';

const plan = (name: BenchmarkName) => planBenchmark({ name, seed: 1, pairs: 2000 });

/** What must hold between the two shots of every pair. */
const promises: Record<BenchmarkName, (first: Shot, second: Shot, same: boolean) => boolean> = {
  'rendered-lfw': (a, b, same) =>
    Math.abs(a.yaw) <= 25 && Math.abs(b.yaw) <= 25 && (!same || Math.abs(a.age - b.age) <= 10),
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
      expect(promises[name](images[a].shot, images[b].shot, same)).toBe(true);
  });
  it('matches the impostors of CPLFW and CALFW alone', () => {
    const group = (image: number) =>
      Object.values(groupOf(drawPerson(1, 'test', images[image].person))).join(' ');
    const matched = pairs.filter((pair) => !pair.same).every(({ a, b }) => group(a) === group(b));
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
  it('gives another pool other shots of as many people', () => {
    const [test, validation] = (['test', 'validation'] as const).map((pool) =>
      planBenchmark({ name: 'rendered-agedb', seed: 1, pool, pairs: 2000 }),
    );
    expect(test).toEqual(plan('rendered-agedb'));
    expect(validation.pairs).toEqual(test.pairs);
    const ages = new Set(test.images.map(({ shot }) => shot.age));
    expect(validation.images.filter(({ shot }) => ages.has(shot.age))).toEqual([]);
    for (const { a, b, same } of validation.pairs)
      expect(promises['rendered-agedb'](validation.images[a].shot, validation.images[b].shot, same)).toBe(
        true,
      );
  });
  it('gives same and different pairs the same age gaps where age is the question', () => {
    const { images, pairs } = plan('rendered-agedb');
    const mean = (same: boolean) => {
      const gaps = pairs
        .filter((pair) => pair.same === same)
        .map(({ a, b }) => images[b].shot.age - images[a].shot.age);
      return gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    };
    // 1 000 gaps of standard deviation 6.5 each over some 700 images: standard error of the difference about 0.4.
    expect(Math.abs(mean(true) - mean(false))).toBeLessThan(2);
  });
  it('works out at the size of the smoke profile and of the originals', () => {
    for (const name of benchmarkNames) {
      for (let seed = 0; seed < 20; seed++)
        expect(planBenchmark({ name, seed, pairs: 80, folds: 4 }).pairs).toHaveLength(80);
      expect(planBenchmark({ name, seed: 1, pairs: 6000 }).pairs).toHaveLength(6000);
    }
  });
});
