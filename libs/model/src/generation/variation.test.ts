import { Rng, dot } from '@id3/core';
import { describe, expect, it } from 'vitest';
import { embeddingNear, randomDirections, withinPersonFactor } from '../index.ts';

describe('how a person varies', () => {
  const d = 4;
  const labels = Int32Array.from([0, 0, 0, 1, 1, 2, 2, 2, 2, 2, 3, 3]);
  const n = labels.length;
  const unit = randomDirections(n, d, new Rng(1, 'unit'));

  /** Σ from differences of two images of a person, which know no mean: Σ_i (x_i - m)(x_i - m)ᵀ = Σ_{i<j} (x_i - x_j)(x_i - x_j)ᵀ/n. */
  function covarianceOfPairs(): number[][] {
    const sum = Array.from({ length: d }, () => Array<number>(d).fill(0));
    for (let i = 0; i < n; i++)
      for (let j = 0; j < i; j++) {
        if (labels[i] !== labels[j]) continue;
        const images = labels.filter((label) => label === labels[i]).length;
        const difference = Array.from({ length: d }, (_, k) => unit[i * d + k] - unit[j * d + k]);
        for (let a = 0; a < d; a++)
          for (let b = 0; b < d; b++) sum[a][b] += (difference[a] * difference[b]) / images;
      }
    return sum.map((row) => row.map((value) => value / (n - 4)));
  }

  it('is the covariance within people of unit embeddings, whatever their lengths', () => {
    const lengths = new Rng(2, 'lengths').normals(n).map(Math.exp);
    const factor = withinPersonFactor(
      unit.map((value, k) => value * lengths[Math.floor(k / d)]),
      labels,
      d,
    );
    const expected = covarianceOfPairs();
    const row = (a: number) => factor.subarray(a * d, (a + 1) * d);
    for (let a = 0; a < d; a++)
      for (let b = 0; b < d; b++) expect(dot(row(a), row(b))).toBeCloseTo(expected[a][b], 5);
  });

  it('cannot be told from too few photos', () => {
    expect(() => withinPersonFactor(unit, Int32Array.from(unit.keys()).subarray(0, n), d)).toThrow(
      /^The 12 photos of the train pool do not show how a person varies in all 4 directions of f; /,
    );
  });
});

describe('y that varies as a person does', () => {
  const d = 6;
  const w = randomDirections(1, d, new Rng(3, 'w'));

  it('lies at the cosine asked for, in any variation', () => {
    const factor = new Rng(4, 'factor').normals(d * d);
    for (const c of [-0.3, 0.5, 0.999])
      expect(Math.abs(dot(embeddingNear(w, c, c, new Rng(1, 'y'), factor), w) - c)).toBeLessThan(1e-6);
  });

  it('is as without where all directions vary alike', () => {
    const alike = Float32Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? 0.3 : 0));
    const [y, plain] = [alike, undefined].map((factor) =>
      embeddingNear(w, 0.5, 0.9, new Rng(1, 'y'), factor),
    );
    y.forEach((value, k) => expect(value).toBeCloseTo(plain[k], 6));
  });

  it('moves along the directions of the covariance: E[v·vᵀ] of an even w has its eigenvectors', () => {
    const pole = Float32Array.from({ length: d }, (_, k) => (k === 0 ? 1 : 0));
    const deviations = [1, 3, 1, 0.1, 0.1, 0.1];
    const factor = Float32Array.from({ length: d * d }, (_, k) =>
      k % (d + 1) === 0 ? deviations[k / (d + 1)] : 0,
    );
    const squares = new Float64Array(d);
    for (let i = 0; i < 2000; i++)
      embeddingNear(pole, 0, 0, new Rng(i, 'y'), factor).forEach(
        (value, k) => (squares[k] += value ** 2 / 2000),
      );
    expect(squares[0]).toBeLessThan(1e-9);
    // v is a normalised draw, so the share of the largest is E[9a²/(9a² + b² + …)], about 0.75
    expect(squares[1]).toBeGreaterThan(0.7);
    expect(squares[2]).toBeGreaterThan(5 * squares[3]);
    expect(squares.reduce((sum, value) => sum + value)).toBeCloseTo(1, 5);
  });
});
