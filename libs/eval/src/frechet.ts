import { sum } from '@id3/core';
import { EigenvalueDecomposition, Matrix, SingularValueDecomposition } from 'ml-matrix';
import type { Embeddings } from '@id3/protocol';

/** A Gaussian in feature space. */
export interface Gaussian {
  /** [size] */
  readonly mean: readonly number[];
  /** [size, size] */
  readonly covariance: Matrix;
}

/** Sample mean and unbiased covariance (divided by n - 1) of features [n, size]. Throws a RangeError unless n ≥ 2. */
export function gaussianOf(features: Embeddings, size: number): Gaussian {
  const count = features.length / size;
  if (!Number.isInteger(count) || count < 2)
    throw new RangeError(`${features.length} values are not at least two rows of ${size}`);
  const rows = Matrix.from1DArray(count, size, features);
  const mean = rows.mean('column');
  rows.subRowVector(mean);
  return { mean, covariance: rows.transposeMultiply(rows).div(count - 1) };
}

/**
 * Squared Fréchet distance of two Gaussians, FID's formula (Heusel et al. 2017; Dowson & Landau 1982):
 * |μ₁ - μ₂|² + tr(Σ₁ + Σ₂ - 2 (Σ₁Σ₂)^½). Never negative, in the features' unit squared. Estimates from few images are
 * biased upwards, so compare equal numbers of images only. Throws a RangeError where the sizes differ.
 */
export function frechetDistance(first: Gaussian, second: Gaussian): number {
  const size = first.mean.length;
  if (second.mean.length !== size)
    throw new RangeError(`features of ${size} and ${second.mean.length} values`);
  const means = sum(first.mean.map((value, k) => (value - second.mean[k]) ** 2));
  const traces = first.covariance.trace() + second.covariance.trace();
  return Math.max(0, means + traces - 2 * traceOfRootOfProduct(first.covariance, second.covariance));
}

/**
 * tr((AB)^½) of symmetric positive semi-definite A, B [size, size]. With A = L Lᵀ and B = R Rᵀ, the eigenvalues of AB are
 * the squared singular values of Lᵀ R, so the trace is the sum of those. No matrix root is taken, and singular
 * covariances (fewer images than features) need no correction.
 */
export function traceOfRootOfProduct(a: Matrix, b: Matrix): number {
  const [left, right] = [factorOf(a), factorOf(b)];
  if (left.columns === 0 || right.columns === 0) return 0;
  const { diagonal } = new SingularValueDecomposition(left.transposeMultiply(right), {
    autoTranspose: true,
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
  });
  return sum(diagonal);
}

/** L with L Lᵀ = A, of as many columns as A's numerical rank: its eigenvectors times the roots of their eigenvalues. */
function factorOf(matrix: Matrix): Matrix {
  const { realEigenvalues: values, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, {
    assumeSymmetric: true,
  });
  const negligible = matrix.rows * Number.EPSILON * Math.max(...values);
  const kept = values.flatMap((value, k) => (value > negligible ? [k] : []));
  return eigenvectorMatrix.subMatrixColumn(kept).mulRowVector(kept.map((k) => Math.sqrt(values[k])));
}
