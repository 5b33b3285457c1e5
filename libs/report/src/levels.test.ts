import { Rng, mean } from '@id3/core';
import { describe, expect, it } from 'vitest';
import { levelsOf, nestedCells, paired, type Seeds, type Unit } from './levels.ts';
import { crossedInterval, independentTest, pairedTest } from './statistics.ts';
import { drawUnits, pigeonholeVariance, weightedMean, type Design, type Spread } from './testing.ts';

const unit = (generator: number, dataset: number, seed: number, ...accuracies: number[]): Unit => ({
  generator,
  dataset,
  seed,
  accuracies,
});

describe('the table of the highest level', () => {
  it('has a row for each generator, dataset or recogniser', () => {
    const units = [unit(1, 1, 1, 1, 2), unit(1, 1, 2, 3, 4), unit(1, 2, 1, 5, 6), unit(2, 1, 1, 7, 9)];
    // Dataset means [2, 3] and [5, 6], so generator 1 has [3.5, 4.5].
    expect(nestedCells(units)).toEqual([
      [3.5, 4.5],
      [7, 9],
    ]);
    expect(nestedCells(units.slice(0, 3))).toEqual([
      [2, 3],
      [5, 6],
    ]);
    expect(nestedCells(units.slice(0, 2))).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(levelsOf(units)).toEqual({ generators: 2, datasets: 3, recognisers: 4 });
  });
});

describe('pairs', () => {
  const seeds = (...all: [number, number, number][]): Seeds[] =>
    all.map(([generator, dataset, seed]) => ({ generator, dataset, seed }));
  it('have all seeds in common', () => {
    const [a, b] = paired([
      seeds([1, 1, 1], [1, 1, 2], [2, 1, 1]),
      seeds([2, 1, 1], [2, 2, 1], [1, 1, 2], [3, 1, 1]),
    ]);
    expect(a).toEqual(seeds([1, 1, 2], [2, 1, 1]));
    expect(b).toEqual(a);
  });
  it("have the recogniser's seed in common where each row has one dataset", () => {
    const rows = [seeds([1, 1, 1], [1, 1, 2]), seeds([0, 0, 2], [0, 0, 3])];
    expect(paired(rows)).toEqual([seeds([1, 1, 2]), seeds([0, 0, 2])]);
    expect(paired([seeds([1, 1, 2], [2, 1, 2]), rows[1]])).toEqual([[], []]);
  });
});

const NONE: Spread = { generator: 0, dataset: 0, recogniser: 0, fold: 0, rest: 0 };
const ALL: Spread = { generator: 1, dataset: 1, recogniser: 1, fold: 1, rest: 1 };
const three: Design = { datasets: [1, 1, 1], recognisers: 3, folds: 10 };
const deep: Design = { datasets: [2, 2, 2], recognisers: 2, folds: 10 };
const uneven: Design = { datasets: [1, 2, 3], recognisers: 2, folds: 10 };
const TABLES = 4000;

describe('the nested interval', () => {
  it("is as wide on average as the model's closed form", () => {
    const rng = new Rng(1, 'closed form');
    const design: Design = { datasets: [3, 3, 3, 3], recognisers: 2, folds: 8 };
    const std: Spread = { generator: 2, dataset: 1.5, recogniser: 1, fold: 2, rest: 0.5 };
    const variances = Array.from(
      { length: TABLES },
      () => crossedInterval(nestedCells(drawUnits(rng, design, std))).standardError! ** 2,
    );
    const expected = 4 / 4 + 2.25 / 12 + 1 / 24 + 4 / 8 + 0.25 / (24 * 8);
    // SE² has a relative spread below 0.8, so its mean one below 0.013.
    expect(Math.abs(mean(variances) / expected - 1)).toBeLessThan(0.04);
  });

  const coverage = (tables: number, design: Design, std: Spread): number => {
    const rng = new Rng(2, 'coverage', JSON.stringify(design), JSON.stringify(std));
    let covered = 0;
    for (let i = 0; i < tables; i++) {
      const { mean, halfWidth } = crossedInterval(nestedCells(drawUnits(rng, design, std)));
      if (Math.abs(mean) <= halfWidth!) covered++;
    }
    return covered / tables;
  };
  /** Where Satterthwaite's approximation is worst: the few generators vary more than the folds, but not much more. */
  const worst: Spread = { ...NONE, generator: 1.5, fold: 1, rest: 0.1 };

  // The bounds are those that crossedInterval states, 0.927 with three rows, less three binomial standard errors of 0.0026.
  it.each<[string, Design, Spread]>([
    ['three generators', three, ALL],
    ['generators alone', three, { ...NONE, generator: 1 }],
    ['generators that are all alike', three, { ...ALL, generator: 0 }],
    ['two datasets of each', deep, ALL],
    ['datasets that matter most', deep, { ...ALL, dataset: 5 }],
    ['one, two and three datasets', uneven, ALL],
    ['three datasets of one generator', { ...three, datasets: [3] }, { ...ALL, generator: 0 }],
    ['recognisers alone', { ...three, datasets: [1] }, { ...ALL, generator: 0, dataset: 0 }],
    ['the worst case', three, worst],
  ])('covers the truth 93 to 97 times in 100: %s', (_, design, std) => {
    const share = coverage(10_000, design, std);
    expect(share).toBeGreaterThan(0.919);
    expect(share).toBeLessThan(0.975);
  });

  it('covers it 88 times in 100 in the worst case of two generators, and 94 of five', () => {
    expect(Math.abs(coverage(10_000, { ...three, datasets: [1, 1] }, worst) - 0.883)).toBeLessThan(0.01);
    expect(Math.abs(coverage(10_000, { ...three, datasets: [1, 1, 1, 1, 1] }, worst) - 0.947)).toBeLessThan(
      0.008,
    );
  });

  it('is needed: recognisers taken as independent cover far too seldom', () => {
    const rng = new Rng(3, 'flat');
    let covered = 0;
    for (let i = 0; i < 1000; i++) {
      const units = drawUnits(rng, three, { ...ALL, generator: 2 });
      const { mean, halfWidth } = crossedInterval(units.map(({ accuracies }) => accuracies));
      if (Math.abs(mean) <= halfWidth!) covered++;
    }
    expect(covered / 1000).toBeLessThan(0.85);
  });
});

describe('tests of two rows under the null', () => {
  // At most 0.05 and five binomial standard errors; a test that hardly ever rejects would be no test.
  const rejections = (test: (rng: Rng, folds: number[]) => number, name: string): number => {
    const rng = new Rng(4, name);
    let rejected = 0;
    for (let i = 0; i < TABLES; i++)
      if (
        test(
          rng,
          Array.from(rng.normals(10), (one) => 5 * one),
        ) <= 0.05
      )
        rejected++;
    return rejected / TABLES;
  };
  const noise: Spread = { generator: 0.7, dataset: 0.5, recogniser: 0.5, fold: 0, rest: 0.5 };

  it('reject 5 times in 100, paired over generators', () => {
    const share = rejections((rng, folds) => {
      const [a, b] = [drawUnits(rng, deep, noise, folds), drawUnits(rng, deep, noise, folds)];
      return pairedTest(nestedCells(a), nestedCells(b)).p!;
    }, 'paired');
    expect(share).toBeGreaterThan(0.03);
    expect(share).toBeLessThan(0.067);
  });

  it.each([
    ['where folds interact with rows', 0.5],
    ['where they do not', 0],
  ])('reject at most 5 times in 100 with no seeds in common, %s', (name, interaction) => {
    const ceiling: Design = { datasets: [1], recognisers: 3, folds: 10 };
    const share = rejections((rng, folds) => {
      const moved = folds.map((one) => one + interaction * rng.normal());
      const a = nestedCells(drawUnits(rng, deep, noise, folds));
      const b = nestedCells(drawUnits(rng, ceiling, { ...noise, generator: 0, dataset: 0 }, moved));
      return independentTest(a, b).p!;
    }, name);
    expect(share).toBeGreaterThan(0.02);
    expect(share).toBeLessThan(0.067);
  });
});

/** All ways to draw n of n with replacement, as counts. */
function draws(n: number): number[][] {
  let all: number[][] = [new Array<number>(n).fill(0)];
  for (let k = 0; k < n; k++)
    all = all.flatMap((counts) => counts.map((_, i) => counts.map((one, j) => (i === j ? one + 1 : one))));
  return all;
}

describe('the pigeonhole bootstrap', () => {
  it('is the average over all resamples', () => {
    const rng = new Rng(5, 'brute force');
    const cells = Array.from({ length: 3 }, () => Array.from(rng.normals(4)));
    const means = draws(3).flatMap((rows) => draws(4).map((columns) => weightedMean(cells, rows, columns)));
    expect(means).toHaveLength(27 * 256);
    const exact = mean(means.map((one) => (one - mean(cells.flat())) ** 2));
    // 20 000 samples: a relative standard error of a variance near √(2/20 000) = 0.01.
    expect(Math.abs(pigeonholeVariance(cells, rng, 20_000) / exact - 1)).toBeLessThan(0.05);
  });

  const ratio = (design: Design, std: Spread): number => {
    const rng = new Rng(6, 'pigeonhole', JSON.stringify(std));
    const tables = Array.from({ length: 150 }, () => nestedCells(drawUnits(rng, design, std)));
    const bootstrap = mean(tables.map((cells) => pigeonholeVariance(cells, rng, 300)));
    return bootstrap / mean(tables.map((cells) => crossedInterval(cells).standardError! ** 2));
  };
  const many: Design = { datasets: new Array<number>(12).fill(2), recognisers: 2, folds: 20 };

  it.each<[string, Spread]>([
    ['generators', { ...NONE, generator: 1, rest: 0.1 }],
    ['datasets', { ...NONE, dataset: 1, rest: 0.1 }],
    ['recognisers', { ...NONE, recogniser: 1, rest: 0.1 }],
    ['people', { ...NONE, fold: 1, rest: 0.1 }],
    ['both', { ...NONE, generator: 1, dataset: 1, recogniser: 1, fold: 1, rest: 0.1 }],
  ])('agrees with the analytic variance where %s differ', (_, std) => {
    // 11/12 and 19/20 are the bootstrap's own biases.
    expect(ratio(many, std)).toBeGreaterThan(0.87);
    expect(ratio(many, std)).toBeLessThan(1.05);
  });

  it('is conservative where nothing but the rest differs, as much as its closed form says', () => {
    const rng = new Rng(7, 'rest');
    const tables = Array.from({ length: 150 }, () => nestedCells(drawUnits(rng, many, { ...NONE, rest: 1 })));
    const bootstrap = mean(tables.map((cells) => pigeonholeVariance(cells, rng, 300)));
    // σ²/(S·F) times E[N²]·E[M²] − 1, near 3, of the counts N and M that rows and columns are drawn; a cell is a mean of four.
    const expected = ((2 - 1 / 12) * (2 - 1 / 20) - 1) / (12 * 20 * 4);
    expect(Math.abs(bootstrap / expected - 1)).toBeLessThan(0.06);
  });
});
