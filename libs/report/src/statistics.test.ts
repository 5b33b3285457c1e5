import { Rng } from '@id3/core';
import { describe, expect, it } from 'vitest';
import { crossedInterval, holm, pairedTest, type Cells } from './statistics.ts';

/** A table from the model of the interval: standard deviations of seeds, folds and the rest around `mean`. */
function drawCells(rng: Rng, seeds: number, folds: number, std: readonly number[], mean = 0): number[][] {
  const seed = rng.normals(seeds);
  const fold = rng.normals(folds);
  return Array.from({ length: seeds }, (_, s) =>
    Array.from(
      { length: folds },
      (_, f) => mean + std[0] * seed[s] + std[1] * fold[f] + std[2] * rng.normal(),
    ),
  );
}

describe('interval over seeds and folds', () => {
  it('is the t interval over folds with one seed', () => {
    // Deviations of -2, -1, 1 and 2 hundredths: s² = 10/3 · 1e-4.
    const interval = crossedInterval([[0.88, 0.89, 0.91, 0.92]]);
    expect(interval.mean).toBeCloseTo(0.9, 14);
    expect(interval.standardError).toBeCloseTo(Math.sqrt(10 / 3 / 4) / 100, 14);
    expect(interval.halfWidth).toBeCloseTo((3.182446 * Math.sqrt(10 / 3 / 4)) / 100, 7);
    expect(interval).toMatchObject({ df: 3, over: 'folds' });
  });
  it('is the t interval over seeds with one fold, and has no width for one number', () => {
    expect(crossedInterval([[1], [2], [3]])).toMatchObject({ mean: 2, df: 2, over: 'seeds' });
    expect(crossedInterval([[1], [2], [3]]).halfWidth).toBeCloseTo(4.302653 / Math.sqrt(3), 5);
    expect(crossedInterval([[0.7]])).toMatchObject({ mean: 0.7, halfWidth: undefined, over: 'nothing' });
  });
  it('matches mean squares worked out by hand', () => {
    // Seed means 1, 3; fold means 1, 2, 3; grand mean 2; rests ∓1, 0, ±1.
    const cells = [
      [-1, 1, 3],
      [3, 3, 3],
    ];
    // MS_seed = 3·(1+1)/1 = 6; MS_fold = 2·(1+0+1)/2 = 2; MS_rest = 4/2 = 2, so folds add nothing.
    const interval = crossedInterval(cells);
    expect(interval.mean).toBe(2);
    expect(interval.standardError).toBeCloseTo(1, 14); // √(6/6)
    expect(interval.df).toBeCloseTo(1, 14);
    // Raising the last fold by 3: fold means 1, 2, 6, MS_fold = 2·(4+1+9)/2 = 14, SE² = (6 + 14 - 2)/6 = 3.
    const tilted = crossedInterval(cells.map(([a, b, c]) => [a, b, c + 3]));
    expect(tilted.standardError).toBeCloseTo(Math.sqrt(3), 14);
    expect(tilted.df).toBeCloseTo(18 ** 2 / (6 ** 2 / 1 + 14 ** 2 / 2 + 2 ** 2 / 2), 12);
  });
  it('has no width where all cells agree', () => {
    const all = [
      [0.5, 0.5],
      [0.5, 0.5],
    ];
    expect(crossedInterval(all)).toMatchObject({ mean: 0.5, halfWidth: 0 });
  });
  it('refuses a table with holes', () => {
    expect(() => crossedInterval([[1, 2], [1]])).toThrow(RangeError);
    expect(() => crossedInterval([])).toThrow(RangeError);
  });

  // 4 000 tables: the binomial standard error of a coverage of 0.95 is 0.0034.
  const regimes: [seeds: number, folds: number, std: number[]][] = [
    [3, 10, [1, 0, 0]],
    [3, 10, [1, 0, 1]],
    [3, 10, [0, 1, 1]],
    [3, 10, [1, 1, 1]],
    [3, 10, [0, 0, 1]],
    [5, 10, [0.3, 0.3, 1]],
    [10, 10, [1, 1, 1]],
  ];
  it.each(regimes)('covers the truth 95 times in 100 (%d seeds, %d folds, std %j)', (seeds, folds, std) => {
    const rng = new Rng(1, 'coverage', seeds, folds, ...std);
    let covered = 0;
    for (let i = 0; i < 4000; i++) {
      const { mean, halfWidth } = crossedInterval(drawCells(rng, seeds, folds, std));
      if (Math.abs(mean) <= halfWidth!) covered++;
    }
    expect(covered / 4000).toBeGreaterThan(0.93);
    expect(covered / 4000).toBeLessThan(0.99);
  });
});

describe('paired test', () => {
  it('is the classical paired t test with one seed', () => {
    // Student's sleep data (1908): additional hours under two drugs, t = -4.0621, df = 9, p = 0.002833.
    const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
    const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    const { difference, p } = pairedTest([first], [second]);
    expect(difference.mean).toBeCloseTo(-1.58, 12);
    expect(difference.mean / difference.standardError!).toBeCloseTo(-4.0621, 4);
    expect(difference.halfWidth).toBeCloseTo((2.4598858 - 0.7001142) / 2, 6);
    expect(p).toBeCloseTo(0.002833, 6);
  });
  it('rejects a true null hypothesis about 5 times in 100, though folds differ a lot', () => {
    const rng = new Rng(2, 'null');
    let rejected = 0;
    for (let i = 0; i < 4000; i++) {
      const fold = rng.normals(10);
      const draw = (): Cells =>
        drawCells(rng, 3, 10, [0.5, 0, 0.5]).map((row) => row.map((value, f) => value + 5 * fold[f]));
      if (pairedTest(draw(), draw()).p! <= 0.05) rejected++;
    }
    expect(rejected / 4000).toBeGreaterThan(0.02);
    expect(rejected / 4000).toBeLessThan(0.065);
  });
  it('finds a difference that the two separate intervals cannot', () => {
    const rng = new Rng(3, 'power');
    const second = drawCells(rng, 3, 10, [0, 1, 0]);
    const first = second.map((row) => row.map((value) => value + 0.2 + 0.05 * rng.normal()));
    expect(pairedTest(first, second).p).toBeLessThan(0.01);
    expect(crossedInterval(second).halfWidth).toBeGreaterThan(0.2);
  });
  it('calls a config no different from itself', () => {
    const cells = [
      [0.1, 0.2],
      [0.3, 0.4],
    ];
    expect(pairedTest(cells, cells)).toMatchObject({ p: 1, difference: { mean: 0, halfWidth: 0 } });
    expect(pairedTest([[0.5]], [[0.4]]).p).toBeUndefined();
    expect(() => pairedTest(cells, [cells[0]])).toThrow(RangeError);
  });
});

describe('Holm correction', () => {
  it('is right on a published example', () => {
    // As R's p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm").
    holm([0.01, 0.04, 0.03, 0.005]).forEach((p, i) => expect(p).toBeCloseTo([0.03, 0.06, 0.06, 0.02][i], 14));
  });
  it('never exceeds 1 and copes with an empty family', () => {
    expect(holm([0.6, 0.9])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });
});
