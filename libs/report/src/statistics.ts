import { mean as meanOf, sum } from '@id3/core';
import { twoSidedP, twoSidedQuantile } from './student.ts';

/**
 * Accuracies of one config on one benchmark: `cells[seed][fold]`, every seed on the same folds.
 * For the average over several benchmarks, average their cells first: fold k of every
 * rendered benchmark holds the same people, so the averaged fold is again one replicate.
 */
export type Cells = readonly (readonly number[])[];

/** A mean with its two-sided confidence interval mean ± halfWidth, and what the width is made of. */
export interface Interval {
  readonly mean: number;
  /** Half the interval's width; undefined for a single number, which tells nothing about spread. */
  readonly halfWidth: number | undefined;
  readonly standardError: number | undefined;
  /** Satterthwaite's degrees of freedom. */
  readonly df: number | undefined;
  /** What was drawn anew to estimate the error: with one seed, training noise is not in the interval. */
  readonly over: 'seeds and folds' | 'seeds' | 'folds' | 'nothing';
}

/**
 * Mean and confidence interval over seeds *and* folds, from the two-way crossed random-effects model
 *
 *   accuracy(s, f) = μ + seed(s) + fold(f) + rest(s, f),
 *
 * in which seeds are the replicates of training noise and folds those of the benchmark's people and
 * pairs. Treating all cells as independent would be wrong: a lucky seed is lucky on every fold.
 * With the mean squares MS of S seeds, F folds and the rest,
 *
 *   SE² = (MS_seed + MS_fold − MS_rest) / (S·F),   a variance component estimated below 0 being 0,
 *
 * which holds σ²_seed/S + σ²_fold/F + σ²_rest/(S·F) in expectation; the quantile is Student's t with
 * Satterthwaite's degrees of freedom (Searle, Casella & McCulloch, "Variance Components", 1992, ch. 4 and 2.c).
 * With one seed (or one fold) it is the plain t interval over the folds (seeds). The folds' accuracies are taken as
 * independent. Their test pairs are disjoint; their thresholds come from overlapping folds, which is neglected.
 */
export function crossedInterval(cells: Cells, confidence = 0.95): Interval {
  const { mean, seeds, folds, squares, over } = analyse(cells);
  if (over === 'nothing')
    return { mean, halfWidth: undefined, standardError: undefined, df: undefined, over };
  const { standardError, df } = errorOfMean(squares, seeds, folds);
  return { mean, halfWidth: twoSidedQuantile(confidence, df) * standardError, standardError, df, over };
}

/** A difference between two configs and how surprising it would be if there were none. */
export interface PairedTest {
  /** Mean and interval of `first - second`. */
  readonly difference: Interval;
  /** Two-sided p of "the expected difference is 0"; undefined for a single pair of numbers. */
  readonly p: number | undefined;
}

/**
 * Paired test of two configs over the same seeds and folds: the {@link crossedInterval} of the cell-by-cell
 * differences and its t test, so that interval and p never disagree. With one seed it is the classical
 * paired t test over folds. Differences without any spread give p = 0, or 1 where they are 0.
 */
export function pairedTest(first: Cells, second: Cells, confidence = 0.95): PairedTest {
  if (first.length !== second.length || first.some((row, s) => row.length !== second[s].length))
    throw new RangeError('a paired test needs both configs on the same seeds and folds');
  const difference = crossedInterval(
    first.map((row, s) => row.map((value, f) => value - second[s][f])),
    confidence,
  );
  const { mean, standardError, df } = difference;
  if (standardError === undefined || df === undefined) return { difference, p: undefined };
  if (standardError === 0) return { difference, p: mean === 0 ? 1 : 0 };
  return { difference, p: twoSidedP(mean / standardError, df) };
}

/**
 * Holm's step-down correction: p-values adjusted so that rejecting those ≤ α keeps the chance of any
 * false rejection in the family ≤ α (Holm 1979). In the given order.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((i, j) => ps[i] - ps[j]);
  const adjusted = new Array<number>(ps.length);
  let largest = 0;
  order.forEach((i, rank) => {
    largest = Math.max(largest, Math.min(1, (ps.length - rank) * ps[i]));
    adjusted[i] = largest;
  });
  return adjusted;
}

/** Sums of squares divided by their degrees of freedom; NaN where there are none. */
interface MeanSquares {
  readonly seed: number;
  readonly fold: number;
  readonly rest: number;
}

function analyse(cells: Cells) {
  const [seeds, folds] = [cells.length, cells[0]?.length ?? 0];
  if (!seeds || !folds || cells.some((row) => row.length !== folds))
    throw new RangeError('cells must be a full table of seeds × folds');
  const seedMeans = cells.map(meanOf);
  const foldMeans = cells[0].map((_, f) => meanOf(cells.map((row) => row[f])));
  const mean = meanOf(seedMeans);
  const about = (means: readonly number[]) => sum(means.map((one) => (one - mean) ** 2));
  let rest = 0;
  cells.forEach((row, s) =>
    row.forEach((value, f) => {
      rest += (value - seedMeans[s] - foldMeans[f] + mean) ** 2;
    }),
  );
  const squares: MeanSquares = {
    seed: (folds * about(seedMeans)) / (seeds - 1),
    fold: (seeds * about(foldMeans)) / (folds - 1),
    rest: rest / ((seeds - 1) * (folds - 1)),
  };
  const over: Interval['over'] =
    seeds > 1 ? (folds > 1 ? 'seeds and folds' : 'seeds') : folds > 1 ? 'folds' : 'nothing';
  return { mean, seeds, folds, squares, over };
}

function errorOfMean(squares: MeanSquares, seeds: number, folds: number) {
  const se = (meanSquare: number) => Math.sqrt(meanSquare / (seeds * folds));
  if (seeds === 1) return { standardError: se(squares.fold), df: folds - 1 };
  if (folds === 1) return { standardError: se(squares.seed), df: seeds - 1 };
  const { seed, fold, rest } = squares;
  // A negative variance component counts as 0: its mean square is then replaced by that of the rest.
  const terms: [meanSquare: number, df: number][] = [];
  if (seed > rest) terms.push([seed, seeds - 1]);
  if (fold > rest) terms.push([fold, folds - 1]);
  if (terms.length !== 1) terms.push([terms.length ? -rest : rest, (seeds - 1) * (folds - 1)]);
  const total = sum(terms.map(([meanSquare]) => meanSquare));
  const spread = sum(terms.map(([meanSquare, df]) => meanSquare ** 2 / df));
  return { standardError: se(total), df: spread > 0 ? total ** 2 / spread : (seeds - 1) * (folds - 1) };
}
