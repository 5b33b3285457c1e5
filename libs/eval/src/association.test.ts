import { Rng } from '@id3/core';
import { describe, expect, it } from 'vitest';
import { chanceGreater, slopeOf, spearman } from './association.ts';

describe('statistics of two lists', () => {
  it('agree with counting all pairs', () => {
    const rng = new Rng(1, 'ranks');
    const [a, b] = [0, 1].map(() => Array.from({ length: 37 }, () => rng.int(12)));
    let wins = 0;
    for (const x of a) for (const y of b) wins += x > y ? 1 : x === y ? 0.5 : 0;
    expect(chanceGreater(a, b)).toBeCloseTo(wins / 37 ** 2, 12);
  });
  it('have published values', () => {
    // Wikipedia's example of Spearman's ρ (IQ and hours of TV): -29/165.
    const iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
    const tv = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];
    expect(spearman(iq, tv)).toBeCloseTo(-29 / 165, 12);
    expect(spearman([1, 1, 1], [1, 2, 3])).toBe(0);
  });
  it('have the slope of the line with the least squares', () => {
    const [x, y] = [
      [1, 2, 3, 5],
      [2, 1, 4, 9],
    ];
    const line = slopeOf(x, y);
    const squares = (slope: number) => {
      const intercept = y.reduce((sum, v, i) => sum + v - slope * x[i], 0) / 4;
      return y.reduce((sum, v, i) => sum + (v - intercept - slope * x[i]) ** 2, 0);
    };
    for (const off of [-1e-3, 1e-3]) expect(squares(line + off)).toBeGreaterThan(squares(line));
    expect(slopeOf([2, 2], [1, 5])).toBe(0);
  });
});
