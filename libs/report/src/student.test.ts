import { describe, expect, it } from 'vitest';
import { incompleteBeta, twoSidedP, twoSidedQuantile } from './student.ts';

describe('incomplete beta function', () => {
  it('matches its closed forms', () => {
    for (const x of [0, 1e-6, 0.1, 0.37, 0.5, 0.9, 0.999, 1]) {
      expect(incompleteBeta(x, 0.5, 0.5)).toBeCloseTo((2 / Math.PI) * Math.asin(Math.sqrt(x)), 12);
      for (const a of [0.5, 1, 2.5, 40]) expect(incompleteBeta(x, a, 1)).toBeCloseTo(x ** a, 12);
      // Whole a and b: the upper tail of a binomial distribution.
      const [a, b] = [4, 7];
      let tail = 0;
      for (let j = a, n = a + b - 1; j <= n; j++) {
        let choose = 1;
        for (let k = 1; k <= j; k++) choose = (choose * (n - j + k)) / k;
        tail += choose * x ** j * (1 - x) ** (n - j);
      }
      expect(incompleteBeta(x, a, b)).toBeCloseTo(tail, 12);
    }
  });
});

describe("Student's t", () => {
  // The 0.975 and 0.995 columns of the NIST/SEMATECH handbook's table 1.3.6.7.2.
  const table: [df: number, t975: number, t995: number][] = [
    [1, 12.706, 63.657],
    [2, 4.303, 9.925],
    [3, 3.182, 5.841],
    [4, 2.776, 4.604],
    [5, 2.571, 4.032],
    [9, 2.262, 3.25],
    [10, 2.228, 3.169],
    [18, 2.101, 2.878],
    [27, 2.052, 2.771],
    [30, 2.042, 2.75],
    [60, 2.0, 2.66],
    [100, 1.984, 2.626],
  ];
  it.each(table)('has the published quantiles at %d degrees of freedom', (df, t975, t995) => {
    expect(twoSidedQuantile(0.95, df)).toBeCloseTo(t975, 3);
    expect(twoSidedQuantile(0.99, df)).toBeCloseTo(t995, 3);
  });
  it('matches the closed forms of one and two degrees of freedom', () => {
    for (const t of [0, 0.3, 1, 4, 50]) {
      expect(twoSidedP(t, 1)).toBeCloseTo(1 - (2 / Math.PI) * Math.atan(t), 13);
      expect(twoSidedP(-t, 2)).toBeCloseTo(1 - t / Math.sqrt(2 + t * t), 13);
    }
    expect(twoSidedQuantile(0.95, 1) / Math.tan(0.475 * Math.PI)).toBeCloseTo(1, 12);
  });
  it('inverts at degrees of freedom that are not whole and approaches the normal', () => {
    for (const df of [1.5, 2.2, 7.9, 333.3])
      expect(twoSidedP(twoSidedQuantile(0.9, df), df)).toBeCloseTo(0.1, 12);
    expect(twoSidedQuantile(0.95, 1e7)).toBeCloseTo(1.959964, 5);
  });
});
