import { Rng } from '@id3/core';
import { Matrix, determinant } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { frechetDistance, gaussianOf, traceOfRootOfProduct } from './frechet.ts';

/** G Gᵀ with G [size, rank] of standard normals. */
function randomCovariance(seed: number, size: number, rank: number): Matrix {
  const g = Matrix.from1DArray(size, rank, new Rng(seed, 'covariance').normals(size * rank));
  return g.mmul(g.transpose());
}

describe('Fréchet distance', () => {
  it('is (μ₁ - μ₂)² + (σ₁ - σ₂)² in one dimension', () => {
    const gaussian = (mean: number, std: number) => ({
      mean: [mean],
      covariance: new Matrix([[std ** 2]]),
    });
    expect(frechetDistance(gaussian(1, 2), gaussian(4, 0.5))).toBeCloseTo(9 + 2.25, 12);
    expect(frechetDistance(gaussian(1, 0), gaussian(1, 3))).toBeCloseTo(9, 12);
  });
  it('sums over the axes of diagonal Gaussians', () => {
    const first = { mean: [0, 1, 2], covariance: Matrix.diag([4, 1, 0]) };
    const second = { mean: [0, 0, 0], covariance: Matrix.diag([1, 9, 16]) };
    expect(frechetDistance(first, second)).toBeCloseTo(0 + 1 + 4 + 1 + 4 + 16, 12);
  });
  it('matches the closed form of two dimensions: tr √M = √(tr M + 2 √det M)', () => {
    for (let seed = 0; seed < 20; seed++) {
      const [a, b] = [randomCovariance(seed, 2, 2), randomCovariance(100 + seed, 2, 2)];
      const trace = a.mmul(b).trace();
      const det = determinant(a) * determinant(b);
      expect(traceOfRootOfProduct(a, b)).toBeCloseTo(Math.sqrt(trace + 2 * Math.sqrt(det)), 10);
    }
  });
  it('is zero between equal Gaussians, also singular ones, and symmetric', () => {
    for (const rank of [1, 5, 40]) {
      const first = { mean: Array(24).fill(0), covariance: randomCovariance(rank, 24, rank) };
      const second = { mean: Array(24).fill(0), covariance: randomCovariance(50 + rank, 24, 30) };
      expect(frechetDistance(first, first)).toBeLessThan(1e-9 * rank * 24);
      expect(frechetDistance(first, second)).toBeCloseTo(frechetDistance(second, first), 8);
    }
  });
  it('scales with commuting covariances: tr √(Σ · c²Σ) = c tr Σ', () => {
    const sigma = randomCovariance(7, 64, 80);
    expect(traceOfRootOfProduct(sigma, Matrix.mul(sigma, 9)) / (3 * sigma.trace())).toBeCloseTo(1, 12);
  });
  it('has the sample moments', () => {
    const { mean, covariance } = gaussianOf(Float32Array.of(1, 10, 2, 20, 3, 60), 2);
    expect(mean).toEqual([2, 30]);
    [1, 25, 25, 700].forEach((want, k) => expect(covariance.to1DArray()[k]).toBeCloseTo(want, 12));
    expect(() => gaussianOf(Float32Array.of(1, 2), 2)).toThrow(RangeError);
  });
});
