import { UserError } from '@id3/core';
import { contiguousFolds } from '@id3/formats';
import { describe, expect, it } from 'vitest';
import { normaliseRows, squaredDistances, cosines, sumWithMirror } from './embeddings.ts';
import { bestThreshold, foldAccuracyAt, kFoldAccuracy, kFoldTarAtFar, type ScoredPairs } from './protocol.ts';
import { drawScores, scoreKinds } from './testing.ts';

/** Share of pairs decided rightly, straight from the definition. */
function accuracyAt(threshold: number, { distances, same }: ScoredPairs, chosen: number[]): number {
  return chosen.filter((i) => distances[i] < threshold === same[i]).length / chosen.length;
}

/** `calculate_roc` of InsightFace's verification.py, line by line in its own O(folds × thresholds × pairs). */
function reference(pairs: ScoredPairs, thresholdsOf: (train: number[]) => number[]) {
  const all = Array.from(pairs.folds, (_, i) => i);
  const accuracies: number[] = [];
  const thresholds: number[] = [];
  for (let fold = 0; fold <= Math.max(...Array.from(pairs.folds)); fold++) {
    const train = all.filter((i) => pairs.folds[i] !== fold);
    const test = all.filter((i) => pairs.folds[i] === fold);
    let best = { accuracy: -1, threshold: NaN };
    for (const threshold of thresholdsOf(train)) {
      const accuracy = accuracyAt(threshold, pairs, train);
      if (accuracy > best.accuracy) best = { accuracy, threshold };
    }
    thresholds.push(best.threshold);
    accuracies.push(accuracyAt(best.threshold, pairs, test));
  }
  const mean = accuracies.reduce((a, b) => a + b) / accuracies.length;
  const std = Math.sqrt(accuracies.reduce((a, b) => a + (b - mean) ** 2, 0) / accuracies.length);
  return { accuracies, thresholds, mean, std };
}

const arange = (step: number) => Array.from({ length: Math.ceil(4 / step) }, (_, i) => i * step);

function midpoints(distances: number[]): number[] {
  const distinct = [...new Set(distances)].sort((a, b) => a - b);
  return [
    distinct[0] - 1,
    ...distinct.slice(1).map((d, i) => (d + distinct[i]) / 2),
    distinct[distinct.length - 1] + 1,
  ];
}

function expectClose(got: ReturnType<typeof kFoldAccuracy>, want: ReturnType<typeof reference>): void {
  for (let fold = 0; fold < want.accuracies.length; fold++) {
    expect(Math.abs(got.accuracies[fold] - want.accuracies[fold])).toBeLessThanOrEqual(1e-12);
    expect(Math.abs(got.thresholds[fold] - want.thresholds[fold])).toBeLessThanOrEqual(1e-12);
  }
  expect(Math.abs(got.mean - want.mean)).toBeLessThanOrEqual(1e-12);
  expect(Math.abs(got.std - want.std)).toBeLessThanOrEqual(1e-12);
}

describe('embeddings', () => {
  it('sums image and mirror before it normalises', () => {
    const sum = sumWithMirror(Float32Array.of(3, 0, 0, 0), Float32Array.of(0, 4, 0, 0), 2);
    expect(Array.from(sum)).toEqual([0.6, 0.8, 0, 0]);
  });
  it('names an image whose embedding is not finite', () => {
    expect(() => normaliseRows(Float32Array.of(1, 0, NaN, 0), 2)).toThrow(/image 1 is not finite/);
  });
  it('gives squared distances of 2 - 2 cos on the unit sphere', () => {
    const unit = normaliseRows(Float64Array.of(1, 2, 3, -1, 0, 1, 5, 5, 5), 3);
    const pairs = [
      { a: 0, b: 1 },
      { a: 1, b: 2 },
      { a: 2, b: 2 },
    ];
    const cosine = cosines(unit, 3, pairs);
    squaredDistances(unit, 3, pairs).forEach((d, i) => expect(d).toBeCloseTo(2 - 2 * cosine[i], 14));
    expect(cosine[0]).toBeCloseTo(2 / Math.sqrt(28), 14);
  });
});

describe('contiguousFolds', () => {
  it('cuts as KFold without shuffling does', () => {
    expect(Array.from(contiguousFolds(7, 3))).toEqual([0, 0, 0, 1, 1, 2, 2]);
    expect(Array.from(contiguousFolds(6, 3))).toEqual([0, 0, 1, 1, 2, 2]);
    expect(Array.from(contiguousFolds(2, 3))).toEqual([0, 1]);
  });
});

describe.each(scoreKinds)('k-fold accuracy of %s scores', (kind) => {
  it.each([1, 2, 3])('agrees with brute force and with verification.py (seed %d)', (seed) => {
    const pairs = drawScores(kind, seed);
    expectClose(
      kFoldAccuracy(pairs),
      reference(pairs, (train) => midpoints(train.map((i) => pairs.distances[i]))),
    );
    expectClose(
      kFoldAccuracy(pairs, 'insightface'),
      reference(pairs, () => arange(0.01)),
    );
  });
  it('finds no better threshold by the grid than by the midpoints', () => {
    const pairs = drawScores(kind, 4);
    const all = Array.from(pairs.folds, (_, i) => i);
    const [exact, grid] = (['exact', 'insightface'] as const).map((rule) =>
      accuracyAt(bestThreshold(pairs, rule), pairs, all),
    );
    expect(exact).toBeGreaterThanOrEqual(grid);
  });
});

describe('k-fold accuracy', () => {
  it('is right on a list worked out by hand', () => {
    // Fold 1 chooses between 0.4 and 0.9 (all right); on fold 0 that accepts 0.5, which is a different pair.
    const pairs = {
      distances: [0.1, 0.5, 0.4, 0.9],
      same: [true, false, true, false],
      folds: [0, 0, 1, 1],
    };
    const result = kFoldAccuracy(pairs);
    expect(result.thresholds[0]).toBeCloseTo(0.65, 15);
    expect(result.thresholds[1]).toBeCloseTo(0.3, 15);
    expect(result.accuracies).toEqual([1 / 2, 1 / 2]);
    expect(result).toMatchObject({ mean: 0.5, std: 0 });
  });
  it('tells neighbouring doubles apart', () => {
    const [low, high] = [1, 1 + Number.EPSILON];
    const distances = [low, high, low, high];
    const result = kFoldAccuracy({ distances, same: [true, false, true, false], folds: [0, 0, 1, 1] });
    expect(result.accuracies).toEqual([1, 1]);
  });
  it('copes with folds of one kind only', () => {
    const result = kFoldAccuracy({
      distances: [0, 0.25, 0.5, 0.75],
      same: [true, true, false, false],
      folds: [0, 0, 1, 1],
    });
    expect(result.accuracies).toEqual([0, 0]);
  });
  it('refuses empty folds', () => {
    expect(() => kFoldAccuracy({ distances: [1, 2], same: [true, false], folds: [0, 2] })).toThrow(UserError);
    expect(() => kFoldAccuracy({ distances: [1], same: [true], folds: [0] })).toThrow(/Fold 1/);
    expect(() => kFoldAccuracy({ distances: [], same: [], folds: [] })).toThrow(/Fold 0/);
  });
});

describe('accuracy at given thresholds', () => {
  it('is right on a list worked out by hand', () => {
    // Fold 0 accepts below 0.3: its second pair wrongly. Fold 1 accepts below 0.6: nothing wrong, and 0.6 itself is not below.
    const pairs = {
      distances: [0.1, 0.2, 0.5, 0.6, 0.9],
      same: [true, false, true, false, false],
      folds: [0, 0, 1, 1, 1],
    };
    const result = foldAccuracyAt(pairs, [0.3, 0.6]);
    expect(result).toEqual({ accuracies: [0.5, 1], thresholds: [0.3, 0.6], mean: 0.75, std: 0.25 });
  });
  it('falls where all distances grow beyond thresholds that were chosen before', () => {
    const pairs = drawScores(scoreKinds[0], 5);
    const { thresholds } = kFoldAccuracy(pairs);
    const moved = { ...pairs, distances: Array.from(pairs.distances, (distance) => distance + 10) };
    // Every pair is rejected: right where it is of two people. Chosen anew, thresholds would move along.
    const { accuracies } = foldAccuracyAt(moved, thresholds);
    accuracies.forEach((accuracy, fold) => {
      const own = Array.from(pairs.folds, (_, i) => i).filter((i) => pairs.folds[i] === fold);
      expect(accuracy).toBe(own.filter((i) => !pairs.same[i]).length / own.length);
    });
    expect(kFoldAccuracy(moved).mean).toBeCloseTo(kFoldAccuracy(pairs).mean, 12);
  });
  it('refuses another number of thresholds than of folds', () => {
    const pairs = { distances: [1, 2], same: [true, false], folds: [0, 1] };
    expect(() => foldAccuracyAt(pairs, [1])).toThrow(RangeError);
  });
});

describe('k-fold TAR at FAR', () => {
  /** `calculate_val`, by a linear scan over the grid. */
  function referenceVal(pairs: ScoredPairs, target: number) {
    const all = Array.from(pairs.folds, (_, i) => i);
    const rate = (chosen: number[], threshold: number) =>
      chosen.length ? chosen.filter((i) => pairs.distances[i] < threshold).length / chosen.length : 0;
    return Array.from({ length: 10 }, (_, fold) => {
      const different = all.filter((i) => pairs.folds[i] !== fold && !pairs.same[i]);
      const grid = arange(0.001);
      const fars = grid.map((threshold) => rate(different, threshold));
      const j = fars.findIndex((far) => far >= target);
      const share = (target - fars[j - 1]) / (fars[j] - fars[j - 1]);
      const threshold = j < 0 ? 0 : j === 0 ? grid[0] : grid[j - 1] + share * (grid[j] - grid[j - 1]);
      const own = (same: boolean) => all.filter((i) => pairs.folds[i] === fold && pairs.same[i] === same);
      return { threshold, tar: rate(own(true), threshold), far: rate(own(false), threshold) };
    });
  }
  it.each(scoreKinds)('agrees with a scan on %s scores', (kind) => {
    for (const target of [1e-3, 1e-2, 0.1, 0.5, 1]) {
      const pairs = drawScores(kind, 5);
      const got = kFoldTarAtFar(pairs, target);
      referenceVal(pairs, target).forEach((want, fold) => {
        expect(Math.abs(got.thresholds[fold] - want.threshold)).toBeLessThanOrEqual(1e-12);
        expect(Math.abs(got.tars[fold] - want.tar)).toBeLessThanOrEqual(1e-12);
        expect(Math.abs(got.fars[fold] - want.far)).toBeLessThanOrEqual(1e-12);
      });
    }
  });
});
