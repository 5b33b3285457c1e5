import { Rng } from '@id3/core';
import { describe, expect, it } from 'vitest';
import { frechetDistance, gaussianOf, traceOfRootOfProduct } from './frechet.ts';

function diagonal(values: number[]): Float64Array {
  const out = new Float64Array(values.length ** 2);
  values.forEach((value, k) => (out[k * values.length + k] = value));
  return out;
}

/** G Gᵀ with G [size, rank] of standard normals. */
function randomCovariance(seed: number, size: number, rank: number): Float64Array {
  const g = new Rng(seed, 'covariance').normals(size * rank);
  return Float64Array.from({ length: size * size }, (_, k) => {
    let sum = 0;
    for (let r = 0; r < rank; r++) sum += g[Math.floor(k / size) * rank + r] * g[(k % size) * rank + r];
    return sum;
  });
}

describe('Fréchet distance', () => {
  it('is (μ₁ - μ₂)² + (σ₁ - σ₂)² in one dimension', () => {
    const gaussian = (mean: number, std: number) => ({
      mean: Float64Array.of(mean),
      covariance: Float64Array.of(std ** 2),
    });
    expect(frechetDistance(gaussian(1, 2), gaussian(4, 0.5))).toBeCloseTo(9 + 2.25, 12);
    expect(frechetDistance(gaussian(1, 0), gaussian(1, 3))).toBeCloseTo(9, 12);
  });
  it('sums over the axes of diagonal Gaussians', () => {
    const first = { mean: Float64Array.of(0, 1, 2), covariance: diagonal([4, 1, 0]) };
    const second = { mean: Float64Array.of(0, 0, 0), covariance: diagonal([1, 9, 16]) };
    expect(frechetDistance(first, second)).toBeCloseTo(0 + 1 + 4 + 1 + 4 + 16, 12);
  });
  it('matches the closed form of two dimensions: tr √M = √(tr M + 2 √det M)', () => {
    for (let seed = 0; seed < 20; seed++) {
      const [a, b] = [randomCovariance(seed, 2, 2), randomCovariance(100 + seed, 2, 2)];
      const trace = a[0] * b[0] + a[1] * b[2] + a[2] * b[1] + a[3] * b[3];
      const det = (a[0] * a[3] - a[1] * a[2]) * (b[0] * b[3] - b[1] * b[2]);
      expect(traceOfRootOfProduct(a, b, 2)).toBeCloseTo(Math.sqrt(trace + 2 * Math.sqrt(det)), 10);
    }
  });
  it('is zero between equal Gaussians, also singular ones, and symmetric', () => {
    for (const rank of [1, 5, 40]) {
      const first = { mean: new Float64Array(24), covariance: randomCovariance(rank, 24, rank) };
      const second = { mean: new Float64Array(24), covariance: randomCovariance(50 + rank, 24, 30) };
      expect(frechetDistance(first, first)).toBeLessThan(1e-9 * rank * 24);
      expect(frechetDistance(first, second)).toBeCloseTo(frechetDistance(second, first), 8);
    }
  });
  it('scales with commuting covariances: tr √(Σ · c²Σ) = c tr Σ', () => {
    const sigma = randomCovariance(7, 64, 80);
    let trace = 0;
    for (let k = 0; k < 64; k++) trace += sigma[k * 65];
    const scaled = sigma.map((value) => 9 * value);
    expect(traceOfRootOfProduct(sigma, scaled, 64) / (3 * trace)).toBeCloseTo(1, 12);
  });
  it('has the sample moments', () => {
    const { mean, covariance } = gaussianOf(Float32Array.of(1, 10, 2, 20, 3, 60), 2);
    expect(Array.from(mean)).toEqual([2, 30]);
    [1, 25, 25, 700].forEach((want, k) => expect(covariance[k]).toBeCloseTo(want, 12));
    expect(() => gaussianOf(Float32Array.of(1, 2), 2)).toThrow(RangeError);
  });
});
