import { UserError } from '@id3/core';
import { describe, expect, it } from 'vitest';
import { auc, eer, measurableFars, rocCurve, rocOf, scoreHistogram, tarAtFar } from './roc.ts';
import { drawScores, scoreKinds } from './testing.ts';

function split({ distances, same }: ReturnType<typeof drawScores>): { same: number[]; different: number[] } {
  const all = Array.from(distances);
  return { same: all.filter((_, i) => same[i]), different: all.filter((_, i) => !same[i]) };
}

const share = (values: number[], threshold: number) =>
  values.filter((v) => v <= threshold).length / values.length;

describe.each(scoreKinds)('ROC of %s scores', (kind) => {
  it.each([1, 2, 3])('agrees with brute force (seed %d)', (seed) => {
    const pairs = drawScores(kind, seed);
    const groups = split(pairs);
    const roc = rocOf(pairs);
    roc.thresholds.forEach((threshold, i) => {
      expect(roc.tar[i]).toBe(share(groups.same, threshold));
      expect(roc.far[i]).toBe(share(groups.different, threshold));
    });
    expect([roc.far.at(-1), roc.tar.at(-1)]).toEqual([1, 1]);

    // AUC is the Mann-Whitney statistic.
    let wins = 0;
    for (const s of groups.same) for (const d of groups.different) wins += s < d ? 1 : s === d ? 0.5 : 0;
    expect(Math.abs(auc(roc) - wins / (groups.same.length * groups.different.length))).toBeLessThan(1e-12);

    // EER: bisection for far = 1 - tar along the polyline parametrised by far + tar.
    const at = (level: number) => {
      const i = roc.far.findIndex((far, k) => k > 0 && far + roc.tar[k] >= level);
      const before = roc.far[i - 1] + roc.tar[i - 1];
      const t = (level - before) / (roc.far[i] + roc.tar[i] - before);
      return [
        roc.far[i - 1] + t * (roc.far[i] - roc.far[i - 1]),
        roc.tar[i - 1] + t * (roc.tar[i] - roc.tar[i - 1]),
      ];
    };
    let [lo, hi] = [0, 2];
    for (let step = 0; step < 60; step++) {
      const [far, tar] = at((lo + hi) / 2);
      if (far < 1 - tar) lo = (lo + hi) / 2;
      else hi = (lo + hi) / 2;
    }
    expect(Math.abs(eer(roc) - at((lo + hi) / 2)[0])).toBeLessThan(1e-12);

    // The corners alone enclose the same area.
    const [x, y] = [0, 1].map((axis) => rocCurve(roc).map((point) => point[axis]));
    expect(Math.abs(auc({ ...roc, far: x, tar: y }) - auc(roc))).toBeLessThan(1e-12);

    for (const target of [0, 1e-3, 0.01, 0.1, 1 / 3, 0.5, 1]) {
      const step = Math.max(
        0,
        ...Array.from(pairs.distances)
          .filter((threshold) => share(groups.different, threshold) <= target)
          .map((threshold) => share(groups.same, threshold)),
      );
      expect(tarAtFar(roc, target)).toBe(step);
      expect(tarAtFar(roc, target, 'linear')).toBeGreaterThanOrEqual(step);
    }
  });
});

describe('ROC', () => {
  // Accepted in order: same, same, different + same (tied), different.
  const roc = rocOf({ distances: [0.1, 0.2, 0.3, 0.3, 0.4], same: [true, true, true, false, false] });
  it('is right on a list worked out by hand', () => {
    expect(roc.far).toEqual([0, 0, 0, 0.5, 1]);
    expect(roc.tar).toEqual([0, 1 / 3, 2 / 3, 1, 1]);
    // 6 comparisons: 5 won, 1 tied.
    expect(auc(roc)).toBeCloseTo(5.5 / 6, 15);
    // On the tied segment far = t/2 and tar = 2/3 + t/3: far = 1 - tar at t = 0.4.
    expect(eer(roc)).toBeCloseTo(0.2, 15);
    expect(tarAtFar(roc, 0.25)).toBeCloseTo(2 / 3, 15);
    expect(tarAtFar(roc, 0.25, 'linear')).toBeCloseTo(5 / 6, 15);
  });
  it('keeps only its corners for plotting', () => {
    expect(rocCurve(roc)).toEqual([
      [0, 0],
      [0, 2 / 3],
      [0.5, 1],
      [1, 1],
    ]);
  });
  it('is a chance diagonal where all scores are tied', () => {
    const tied = rocOf({ distances: [1, 1, 1, 1], same: [true, false, true, false] });
    expect([auc(tied), eer(tied), tarAtFar(tied, 0.1), tarAtFar(tied, 0.1, 'linear')]).toEqual([
      0.5, 0.5, 0, 0.1,
    ]);
  });
  it('reaches the ends where scores are separated or inverted', () => {
    const separated = rocOf({ distances: [1, 2], same: [true, false] });
    expect([auc(separated), eer(separated), tarAtFar(separated, 0)]).toEqual([1, 0, 1]);
    const inverted = rocOf({ distances: [1, 2], same: [false, true] });
    expect([auc(inverted), eer(inverted), tarAtFar(inverted, 0)]).toEqual([0, 1, 0]);
  });
  it('refuses pairs of one kind only', () => {
    expect(() => rocOf({ distances: [1, 2], same: [true, true] })).toThrow(UserError);
    expect(() => rocOf({ distances: [], same: [] })).toThrow(UserError);
  });
  it('reports only rates that the number of pairs can resolve', () => {
    expect(measurableFars({ different: 300 })).toEqual([1e-1, 1e-2]);
    expect(measurableFars({ different: 1000 })).toEqual([1e-1, 1e-2, 1e-3]);
  });
});

describe('score histogram', () => {
  it('counts each pair once, outliers at the ends', () => {
    const histogram = scoreHistogram([-2, -1, 0, 0.99, 1], [true, false, true, true, false], { bins: 2 });
    expect(histogram).toEqual({ lo: -1, hi: 1, same: [1, 2], different: [1, 1] });
  });
});
