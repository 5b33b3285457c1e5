import { UserError, mean, standardDeviation } from '@id3/core';

/** Scores of verification pairs; a small distance speaks for one person. All three are [pairs]. */
export interface ScoredPairs {
  /** Squared L2 distance, or any other score that is smaller for more alike images (a negated cosine). */
  readonly distances: ArrayLike<number>;
  readonly same: ArrayLike<boolean>;
  /** 0-based; every number up to the largest occurs. */
  readonly folds: ArrayLike<number>;
}

/**
 * Which thresholds are tried on the nine folds. Either way a pair counts as one person where its distance
 * is *below* the threshold, and the smallest of equally good thresholds wins.
 * - `exact`: the middle between every two neighbouring distinct distances, one below all, one above all. It
 *   attains the best accuracy that any threshold can, for scores of any range.
 * - `insightface`: 0, 0.01 … 3.99 on squared L2 distances, as `verification.py` does. Distances closer
 *   together than 0.01 are not told apart, so the accuracy on the nine folds can only be lower or equal.
 */
export const thresholdRules = ['exact', 'insightface'] as const;
export type ThresholdRule = (typeof thresholdRules)[number];

export interface FoldAccuracy {
  /** Share of a fold's pairs that are decided rightly, in [0, 1]: [folds]. */
  readonly accuracies: number[];
  /** The threshold that the other folds chose: [folds]. */
  readonly thresholds: number[];
  readonly mean: number;
  /** Population standard deviation over folds (divided by the number of folds), as the field prints it. */
  readonly std: number;
}

/** Accuracy fold by fold, each at the threshold that is best on all other folds. */
export function kFoldAccuracy(pairs: ScoredPairs, rule: ThresholdRule = 'exact'): FoldAccuracy {
  const order = byDistance(pairs.distances);
  const thresholds = Array.from({ length: countFolds(pairs) }, (_, fold) =>
    bestThreshold(
      select(pairs, order, (i) => pairs.folds[i] !== fold),
      rule,
    ),
  );
  return foldAccuracyAt(pairs, thresholds);
}

/**
 * Accuracy fold by fold at given thresholds, [folds]: those of {@link kFoldAccuracy} over other scores of the same pairs, say, as a
 * system that was set up on those has them. Throws a RangeError where there are not as many thresholds as folds.
 */
export function foldAccuracyAt(pairs: ScoredPairs, thresholds: readonly number[]): FoldAccuracy {
  const folds = countFolds(pairs);
  if (thresholds.length !== folds) throw new RangeError(`${thresholds.length} thresholds for ${folds} folds`);
  const [correct, sizes] = [new Array<number>(folds).fill(0), new Array<number>(folds).fill(0)];
  for (let i = 0; i < pairs.distances.length; i++) {
    const fold = pairs.folds[i];
    sizes[fold]++;
    if (pairs.distances[i] < thresholds[fold] === pairs.same[i]) correct[fold]++;
  }
  const accuracies = correct.map((count, fold) => count / sizes[fold]);
  return {
    accuracies,
    thresholds: [...thresholds],
    mean: mean(accuracies),
    std: standardDeviation(accuracies),
  };
}

/** The threshold of highest accuracy on all given pairs, the smallest where several are equally good. */
export function bestThreshold(
  pairs: Pick<ScoredPairs, 'distances' | 'same'>,
  rule: ThresholdRule = 'exact',
): number {
  const sorted = select(pairs, byDistance(pairs.distances), () => true);
  const candidates = rule === 'exact' ? separators(sorted.distances) : grid(0.01);
  const correct = correctAt(sorted, candidates);
  return candidates[correct.indexOf(Math.max(...correct))];
}

export interface FoldRates {
  /** Share of same pairs accepted (InsightFace's VAL), in [0, 1]: [folds]. */
  readonly tars: number[];
  /** Share of different pairs accepted, in [0, 1]: [folds]. */
  readonly fars: number[];
  readonly thresholds: number[];
  readonly mean: number;
  readonly std: number;
}

/**
 * InsightFace's "VAL at FAR": the rates of each fold at the threshold that has the false accept rate `far` on the other
 * folds. The threshold is interpolated linearly between the last point of the grid 0, 0.001 … 3.999 whose rate is smaller and the
 * first that reaches `far`; it is 0 where none does. A rate over no pairs is 0. (`verification.py` draws the same line by SciPy's
 * `slinear` spline, which newer releases refuse because the rates repeat.)
 */
export function kFoldTarAtFar(pairs: ScoredPairs, far: number): FoldRates {
  const folds = countFolds(pairs);
  const candidates = grid(0.001);
  const [tars, fars, thresholds]: number[][] = [[], [], []];
  for (let fold = 0; fold < folds; fold++) {
    const accepted = (wantSame: boolean, inFold: boolean) => {
      const chosen: number[] = [];
      for (let i = 0; i < pairs.distances.length; i++)
        if (pairs.same[i] === wantSame && (pairs.folds[i] === fold) === inFold)
          chosen.push(pairs.distances[i]);
      return (threshold: number) =>
        chosen.length && chosen.filter((distance) => distance < threshold).length / chosen.length;
    };
    const threshold = crossing(candidates, accepted(false, false), far);
    thresholds.push(threshold);
    tars.push(accepted(true, true)(threshold));
    fars.push(accepted(false, true)(threshold));
  }
  return { tars, fars, thresholds, mean: mean(tars), std: standardDeviation(tars) };
}

/** Where a non-decreasing rate first reaches `target`, linear between grid points; 0 where it never does. */
function crossing(grid: readonly number[], rate: (threshold: number) => number, target: number): number {
  // Bisection for the first grid point whose rate is at least the target.
  let [lo, hi] = [0, grid.length];
  while (lo < hi) {
    const middle = (lo + hi) >> 1;
    if (rate(grid[middle]) >= target) hi = middle;
    else lo = middle + 1;
  }
  if (lo === grid.length) return 0;
  if (lo === 0) return grid[0];
  const [below, above] = [rate(grid[lo - 1]), rate(grid[lo])];
  return grid[lo - 1] + ((target - below) / (above - below)) * (grid[lo] - grid[lo - 1]);
}

/** How many of the sorted pairs each of the ascending thresholds decides rightly. */
function correctAt(sorted: SortedPairs, thresholds: readonly number[]): number[] {
  let correct = 0;
  for (const same of sorted.same) if (!same) correct++;
  let i = 0;
  return thresholds.map((threshold) => {
    for (; i < sorted.distances.length && sorted.distances[i] < threshold; i++)
      correct += sorted.same[i] ? 1 : -1;
    return correct;
  });
}

/** One threshold below all sorted distances, one in each gap, one above all. */
function separators(sorted: readonly number[]): number[] {
  const out = [sorted[0] - 1];
  for (let i = 1; i < sorted.length; i++) {
    const [below, above] = [sorted[i - 1], sorted[i]];
    if (below === above) continue;
    const middle = below + (above - below) / 2;
    // Between neighbouring doubles the middle may round down to the lower one, which it must accept.
    out.push(middle > below ? middle : above);
  }
  out.push(sorted[sorted.length - 1] + 1);
  return out;
}

/** `numpy.arange(0, 4, step)`. */
function grid(step: number): number[] {
  return Array.from({ length: Math.round(4 / step) }, (_, i) => i * step);
}

interface SortedPairs {
  readonly distances: number[];
  readonly same: boolean[];
}

function byDistance(distances: ArrayLike<number>): Uint32Array {
  return Uint32Array.from({ length: distances.length }, (_, i) => i).sort(
    (i, j) => distances[i] - distances[j],
  );
}

function select(
  pairs: Pick<ScoredPairs, 'distances' | 'same'>,
  order: Uint32Array,
  keep: (index: number) => boolean,
): SortedPairs {
  const kept = Array.from(order).filter(keep);
  return { distances: kept.map((i) => pairs.distances[i]), same: kept.map((i) => pairs.same[i]) };
}

/** The number of folds; a UserError where there are fewer than two or one has no pairs. */
function countFolds({ folds }: ScoredPairs): number {
  const sizes: number[] = [];
  for (let i = 0; i < folds.length; i++) sizes[folds[i]] = (sizes[folds[i]] ?? 0) + 1;
  for (let fold = 0; fold < Math.max(sizes.length, 2); fold++)
    if (!sizes[fold])
      throw new UserError(
        `Fold ${fold} of the verification pairs is empty; give at least two folds, numbered from 0 without gaps.`,
      );
  return sizes.length;
}
