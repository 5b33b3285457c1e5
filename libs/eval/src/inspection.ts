import { Rng } from '@id3/core';
import type { CosineHistogram } from '@id3/data';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { gaussianOf } from './frechet.ts';

// All embeddings here are unit rows [n, size], as `normaliseRows` makes them.

const BINS = 100;
/** So many pairs of two identities are drawn for a histogram. */
const BETWEEN_PAIRS = 100_000;

/** Cosine of each row to row `rowOf(i)` of another matrix: [n]. */
export function cosinesTo(
  unit: Float64Array,
  others: Float64Array,
  size: number,
  rowOf: (i: number) => number = (i) => i,
): number[] {
  return Array.from({ length: unit.length / size }, (_, i) => dot(unit, i, others, rowOf(i), size));
}

/**
 * The most alike row of `reference` for each row. The search takes at most `budget` multiplications: where all rows would
 * cost more, every k-th row of the reference is searched.
 */
export function nearestRows(
  unit: Float64Array,
  reference: Float64Array,
  size: number,
  budget = 1e11,
): { searched: number; index: number[]; cosine: number[] } {
  const [n, m] = [unit.length / size, reference.length / size];
  const stride = Math.max(1, Math.ceil((n * m * size) / budget));
  const index: number[] = [];
  const cosine: number[] = [];
  for (let i = 0; i < n; i++) {
    let [best, at] = [-Infinity, 0];
    for (let j = 0; j < m; j += stride) {
      const value = dot(unit, i, reference, j, size);
      if (value > best) [best, at] = [value, j];
    }
    index.push(at);
    cosine.push(best);
  }
  return { searched: Math.ceil(m / stride), index, cosine };
}

/** Histograms of cosines between images of one identity (all pairs) and of two (pairs drawn with the seed). */
export function cosineHistogram(
  unit: Float64Array,
  size: number,
  labels: ArrayLike<number>,
  seed: number,
): CosineHistogram {
  const within = new Array<number>(BINS).fill(0);
  const between = new Array<number>(BINS).fill(0);
  const count = (bins: number[], i: number, j: number) => {
    const bin = Math.floor(((dot(unit, i, unit, j, size) + 1) / 2) * BINS);
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

/** Principal component analysis of at least two rows; an axis' sign is such that its largest component is positive. */
export function principalMap(unit: Float64Array, size: number): PrincipalMap {
  const { mean, covariance } = gaussianOf(unit, size);
  const matrix = Matrix.from1DArray(size, size, covariance);
  const decomposition = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const values = decomposition.realEigenvalues;
  const order = values.map((_, k) => k).sort((a, b) => values[b] - values[a]);
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0) || 1;
  const axes = order.slice(0, 2).map((column) => {
    const axis = decomposition.eigenvectorMatrix.getColumn(column);
    const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
    return largest < 0 ? axis.map((value) => -value) : axis;
  });
  const share = (k: number) => Math.max(0, values[order[k]] ?? 0) / total;
  return {
    explained: [share(0), share(1)],
    project: (rows) =>
      Array.from({ length: rows.length / size }, (_, i) =>
        [0, 1].map((k) =>
          (axes[k] ?? []).reduce((sum, value, j) => sum + value * (rows[i * size + j] - mean[j]), 0),
        ),
      ).flat(),
  };
}

function dot(x: Float64Array, i: number, y: Float64Array, j: number, size: number): number {
  let sum = 0;
  for (let k = 0, a = i * size, b = j * size; k < size; k++) sum += x[a + k] * y[b + k];
  return sum;
}
