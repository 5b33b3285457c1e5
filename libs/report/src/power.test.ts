import { Rng } from '@id3/core';
import { describe, expect, it } from 'vitest';
import { detectableDifference, isEquivalent } from './power.ts';
import { crossedInterval, pairedTest } from './statistics.ts';
import { twoSidedPower, twoSidedQuantile, twoSidedP } from './student.ts';

const TABLES = 4000;
const FOLDS = 10;

describe('power', () => {
  it("is that of R's power.t.test", () => {
    // Its help page: n = 20, delta = 1, sd = 1 has power 0.8689528; power 0.90 needs n = 22.02110.
    const power = (n: number) =>
      twoSidedPower(Math.sqrt(n / 2), twoSidedQuantile(0.95, 2 * n - 2), 2 * n - 2);
    expect(power(20)).toBeCloseTo(0.8689528, 6);
    expect(power(22.0211)).toBeCloseTo(0.9, 5);
  });
  it('is p without a difference', () => {
    for (const [t, df] of [
      [0.5, 1],
      [2, 3.7],
      [4, 40],
    ])
      expect(twoSidedPower(0, t, df)).toBeCloseTo(twoSidedP(t, df), 12);
  });
});

describe('the detectable difference', () => {
  it('is 1.96 + 0.84 standard errors of a normal distribution', () => {
    expect(detectableDifference({ standardError: 0.01, df: 1e6 })).toBeCloseTo(0.028016, 5);
  });
  it.each([0.05, 0.05 / 9])('is found 80 times in 100 at level %s', (level) => {
    const rng = new Rng(1, 'power', level);
    const difference = detectableDifference({ standardError: 1 / Math.sqrt(FOLDS), df: FOLDS - 1 }, level);
    let found = 0;
    for (let i = 0; i < TABLES; i++) {
      const second = Array.from(rng.normals(FOLDS), (one) => 3 * one);
      const first = second.map((value) => value + difference + rng.normal());
      if (pairedTest([first], [second]).p! <= level) found++;
    }
    // Three binomial standard errors.
    expect(Math.abs(found / TABLES - 0.8)).toBeLessThan(0.019);
  });
});

describe('equivalence', () => {
  const tables = (difference: number, rng: Rng) =>
    Array.from({ length: TABLES }, () => [Array.from(rng.normals(FOLDS), (one) => difference + 0.004 * one)]);
  it('is an interval of 90 % inside the margin', () => {
    let equivalent = 0;
    for (const cells of tables(0.003, new Rng(2, 'inside'))) {
      const { mean, halfWidth } = crossedInterval(cells, 0.9);
      const inside = mean - halfWidth! > -0.005 && mean + halfWidth! < 0.005;
      if (inside) equivalent++;
      expect(isEquivalent(crossedInterval(cells))).toBe(inside);
    }
    // Neither answer is a rare one here.
    expect(equivalent / TABLES).toBeGreaterThan(0.1);
    expect(equivalent / TABLES).toBeLessThan(0.9);
  });
  it.each([0.005, -0.005])('is claimed 5 times in 100 of a difference of %s', (difference) => {
    const claimed = tables(difference, new Rng(3, 'edge', difference)).filter((cells) =>
      isEquivalent(crossedInterval(cells)),
    ).length;
    // Three binomial standard errors.
    expect(Math.abs(claimed / TABLES - 0.05)).toBeLessThan(0.0104);
  });
  it('is not claimed of a single number', () => {
    expect(isEquivalent(crossedInterval([[0]]))).toBe(false);
  });
});
