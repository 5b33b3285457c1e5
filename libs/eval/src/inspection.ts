import { Rng, dot, sum } from '@id3/core';
import type { CosineHistogram } from '@id3/data';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { rowsOf } from '@id3/protocol';
import { gaussianOf } from './frechet.ts';

// All embeddings here are unit rows [n, size], as `normaliseRows` makes them.

const BINS = 100;
/** Pairs of two identities that are drawn for a histogram. */
const BETWEEN_PAIRS = 100_000;

/** Cosine of each row to row `rowOf(i)` of another matrix: [n]. */
export function cosinesTo(
  unit: Float64Array,
  others: Float64Array,
  size: number,
  rowOf: (i: number) => number = (i) => i,
): number[] {
  const [rows, otherRows] = [rowsOf(unit, size), rowsOf(others, size)];
  return rows.map((row, i) => dot(row, otherRows[rowOf(i)]));
}

/**
 * The most alike row of `reference` [m, size] for each unit row [n, size]: its index and cosine, [n] each. The search takes at most
 * `budget` multiplications; where all rows would cost more, every k-th row of the reference is searched.
 */
export function nearestRows(
  unit: Float64Array,
  reference: Float64Array,
  size: number,
  budget = 1e11,
): { searched: number; index: number[]; cosine: number[] } {
  const [faces, candidates] = [unit.length / size, reference.length / size];
  const stride = Math.max(1, Math.ceil((faces * candidates * size) / budget));
  const index = new Array<number>(faces).fill(0);
  const cosine = new Array<number>(faces).fill(-Infinity);
  const found = new Float64Array(FOUR);
  for (let first = 0; first < faces; first += FOUR) {
    const some = Array.from({ length: Math.min(FOUR, faces - first) }, (_, k) => first + k);
    // Where fewer are left, the first fills up.
    const starts = Array.from(found, (_, k) => (some[k] ?? first) * size);
    for (let j = 0; j < candidates; j += stride) {
      dotsOfFour(unit, starts, reference, j * size, size, found);
      for (let k = 0; k < some.length; k++)
        if (found[k] > cosine[some[k]]) {
          cosine[some[k]] = found[k];
          index[some[k]] = j;
        }
    }
  }
  return { searched: Math.ceil(candidates / stride), index, cosine };
}

/** So many faces are compared with a row at once: it is read once for all of them. */
const FOUR = 4;

/** Dot products of four rows of `x`, which begin at `starts`, with the row of `y` that begins at `at`. */
function dotsOfFour(
  x: Float64Array,
  [a, b, c, d]: readonly number[],
  y: Float64Array,
  at: number,
  size: number,
  out: Float64Array,
): void {
  let [ofA, ofB, ofC, ofD] = [0, 0, 0, 0];
  for (let k = 0; k < size; k++) {
    const value = y[at + k];
    ofA += x[a + k] * value;
    ofB += x[b + k] * value;
    ofC += x[c + k] * value;
    ofD += x[d + k] * value;
  }
  out[0] = ofA;
  out[1] = ofB;
  out[2] = ofC;
  out[3] = ofD;
}

/** Histograms of cosines between images of one identity (all pairs) and of two (pairs drawn with the seed). */
export function cosineHistogram(
  unit: Float64Array,
  size: number,
  labels: ArrayLike<number>,
  seed: number,
): CosineHistogram {
  const rows = rowsOf(unit, size);
  const within = new Array<number>(BINS).fill(0);
  const between = new Array<number>(BINS).fill(0);
  const count = (bins: number[], i: number, j: number) => {
    const bin = Math.floor(((dot(rows[i], rows[j]) + 1) / 2) * BINS);
    bins[Math.min(BINS - 1, Math.max(0, bin))]++;
  };
  const images = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) {
    const earlier = images.get(labels[i]);
    earlier?.forEach((j) => count(within, i, j));
    if (earlier) earlier.push(i);
    else images.set(labels[i], [i]);
  }
  if (images.size > 1) {
    const rng = new Rng(seed, 'between');
    for (let drawn = 0; drawn < BETWEEN_PAIRS;) {
      const [i, j] = [rng.int(labels.length), rng.int(labels.length)];
      if (labels[i] === labels[j]) continue;
      count(between, i, j);
      drawn++;
    }
  }
  return { within, between };
}

/** A projection on the first two principal axes of some rows. */
export interface PrincipalMap {
  /** Share of the variance along each axis. */
  readonly explained: [number, number];
  /** [n, size] → [x, y, x, y, …] */
  project(unit: Float64Array): number[];
}

/**
 * Principal component analysis of at least two rows [n, size]. The sign of an axis makes its largest component positive. Throws a
 * RangeError with fewer rows.
 */
export function principalMap(unit: Float64Array, size: number): PrincipalMap {
  const { mean, covariance } = gaussianOf(unit, size);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, {
    assumeSymmetric: true,
  });
  // Rounding may leave a variance of 0 a little below it.
  const variances = realEigenvalues.map((value) => Math.max(0, value));
  const order = variances.map((_, k) => k).sort((a, b) => variances[b] - variances[a]);
  const total = sum(variances) || 1;
  const axes = Matrix.zeros(size, 2);
  order.slice(0, 2).forEach((column, k) => {
    const axis = eigenvectorMatrix.getColumn(column);
    const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
    axes.setColumn(k, largest < 0 ? axis.map((value) => -value) : axis);
  });
  const share = (k: number) => (variances[order[k]] ?? 0) / total;
  return {
    explained: [share(0), share(1)],
    project: (rows) =>
      Matrix.from1DArray(rows.length / size, size, rows)
        .subRowVector(mean)
        .mmul(axes)
        .to1DArray(),
  };
}
