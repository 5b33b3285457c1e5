import type { Embeddings } from './embeddings.ts';

/** A Gaussian in feature space: mean [size] and covariance [size, size], row-major. */
export interface Gaussian {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
}

/** Sample mean and unbiased covariance (divided by n - 1) of features [n, size], n ≥ 2. */
export function gaussianOf(features: Embeddings, size: number): Gaussian {
  const count = features.length / size;
  if (!Number.isInteger(count) || count < 2)
    throw new RangeError(`${features.length} values are not at least two rows of ${size}`);
  const mean = new Float64Array(size);
  features.forEach((value, k) => (mean[k % size] += value / count));
  const covariance = new Float64Array(size * size);
  const centred = new Float64Array(size);
  for (let row = 0; row < count; row++) {
    for (let k = 0; k < size; k++) centred[k] = features[row * size + k] - mean[k];
    for (let i = 0; i < size; i++) {
      const scale = centred[i] / (count - 1);
      for (let j = 0; j <= i; j++) covariance[i * size + j] += scale * centred[j];
    }
  }
  for (let i = 0; i < size; i++)
    for (let j = 0; j < i; j++) covariance[j * size + i] = covariance[i * size + j];
  return { mean, covariance };
}

/**
 * Squared Fréchet distance of two Gaussians, FID's formula (Heusel et al. 2017; Dowson & Landau 1982):
 * |μ₁ - μ₂|² + tr(Σ₁ + Σ₂ - 2 (Σ₁Σ₂)^½). Never negative. Its unit is that of the features squared, and estimates from
 * few images are biased upwards: compare only equal numbers of images in the same features.
 */
export function frechetDistance(first: Gaussian, second: Gaussian): number {
  const size = first.mean.length;
  if (second.mean.length !== size)
    throw new RangeError(`features of ${size} and ${second.mean.length} values`);
  let distance = -2 * traceOfRootOfProduct(first.covariance, second.covariance, size);
  for (let k = 0; k < size; k++)
    distance +=
      (first.mean[k] - second.mean[k]) ** 2 +
      first.covariance[k * size + k] +
      second.covariance[k * size + k];
  return Math.max(0, distance);
}

/**
 * tr((AB)^½) of symmetric positive semi-definite A, B [size, size]. With A = L Lᵀ and B = R Rᵀ, the eigenvalues of AB are
 * the squared singular values of Lᵀ R, so the trace is the sum of those. No matrix root is taken, and singular
 * covariances (fewer images than features) need no correction.
 */
export function traceOfRootOfProduct(a: Float64Array, b: Float64Array, size: number): number {
  const [left, right] = [choleskyColumns(a, size), choleskyColumns(b, size)];
  return sumOfSingularValues(left.map((l) => Float64Array.from(right, (r) => dot(l, r))));
}

/** Columns c of a pivoted Cholesky factor: A = Σ c cᵀ, as many as A's numerical rank. */
function choleskyColumns(matrix: Float64Array, size: number): Float64Array[] {
  const diagonal = Float64Array.from({ length: size }, (_, k) => matrix[k * size + k]);
  const negligible = size * Number.EPSILON * Math.max(...diagonal);
  const columns: Float64Array[] = [];
  while (columns.length < size) {
    const pivot = diagonal.indexOf(Math.max(...diagonal));
    if (!(diagonal[pivot] > negligible)) break;
    const column = matrix.slice(pivot * size, (pivot + 1) * size);
    for (const done of columns) {
      const weight = done[pivot];
      for (let k = 0; k < size; k++) column[k] -= weight * done[k];
    }
    const scale = 1 / Math.sqrt(diagonal[pivot]);
    for (let k = 0; k < size; k++) {
      column[k] *= scale;
      diagonal[k] -= column[k] ** 2;
    }
    diagonal[pivot] = 0;
    columns.push(column);
  }
  return columns;
}

/** One-sided Jacobi: rotates pairs of rows until all are orthogonal; their lengths are the singular values. */
function sumOfSingularValues(rows: Float64Array[]): number {
  const tolerance = rows.length * Number.EPSILON;
  for (let sweep = 0, rotated = true; rotated && sweep < 60; sweep++) {
    rotated = false;
    const negligible = (tolerance * Math.max(...rows.map((row) => Math.sqrt(dot(row, row))))) ** 2;
    for (let i = 0; i < rows.length; i++)
      for (let j = i + 1; j < rows.length; j++) {
        const [p, q] = [rows[i], rows[j]];
        const [pp, qq, pq] = [dot(p, p), dot(q, q), dot(p, q)];
        if (pp <= negligible || qq <= negligible || Math.abs(pq) <= tolerance * Math.sqrt(pp * qq)) continue;
        rotated = true;
        const zeta = (qq - pp) / (2 * pq);
        const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const cosine = 1 / Math.hypot(1, tangent);
        const sine = cosine * tangent;
        for (let k = 0; k < p.length; k++) {
          const [x, y] = [p[k], q[k]];
          p[k] = cosine * x - sine * y;
          q[k] = sine * x + cosine * y;
        }
      }
  }
  return rows.reduce((sum, row) => sum + Math.sqrt(dot(row, row)), 0);
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += x[k] * y[k];
  return sum;
}
