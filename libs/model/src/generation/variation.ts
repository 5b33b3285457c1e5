import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { UserError } from '@id3/core';

/**
 * How one person's photos differ to f: L with L·Lᵀ = Σ, the covariance of unit embeddings around the mean of their label. L·n with n ~ N(0, I) is a step
 * as from one photo of a person to another. An addition of ours: Algorithm 3 knows no directions.
 *
 * @param embeddings [n,d], need not be normalised
 * @param labels the person of each row
 * @returns L: [d,d], row after row
 * @throws UserError where the photos do not vary in every direction
 */
export function withinPersonFactor(embeddings: Float32Array, labels: Int32Array, d: number): Float32Array {
  const n = labels.length;
  const unit = Float64Array.from(embeddings);
  for (let i = 0; i < n; i++) {
    const row = unit.subarray(i * d, (i + 1) * d);
    const norm = Math.hypot(...row);
    row.forEach((value, k) => (row[k] = value / norm));
  }
  const classes = labels.reduce((most, label) => Math.max(most, label + 1), 0);
  const counts = new Int32Array(classes);
  const means = new Float64Array(classes * d);
  labels.forEach((label, i) => {
    counts[label]++;
    for (let k = 0; k < d; k++) means[label * d + k] += unit[i * d + k];
  });
  const residuals = new Matrix(n, d);
  labels.forEach((label, i) => {
    for (let k = 0; k < d; k++) residuals.set(i, k, unit[i * d + k] - means[label * d + k] / counts[label]);
  });
  // Each person's mean takes one photo's freedom.
  const freedom = n - counts.filter((count) => count > 0).length;
  const decomposition =
    freedom > 0 && new CholeskyDecomposition(residuals.transpose().mmul(residuals).div(freedom));
  if (!decomposition || !decomposition.isPositiveDefinite())
    throw new UserError(
      `The ${n} photos of the train pool do not show how a person varies in all ${d} directions of f; ` +
        'take more photos a person, or leave out generation.variation.',
    );
  return Float32Array.from(decomposition.lowerTriangularMatrix.to1DArray());
}
