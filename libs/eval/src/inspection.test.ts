import { Rng } from '@id3/core';
import { describe, expect, it } from 'vitest';
import { normaliseRows } from '@id3/protocol';
import { cosineHistogram, cosinesTo, nearestRows, principalMap } from './inspection.ts';

const draw = (rows: number, size: number, seed: number) =>
  normaliseRows(new Rng(seed, 'rows').normals(rows * size), size);
const row = (unit: Float64Array, i: number, size: number) => [...unit.subarray(i * size, (i + 1) * size)];
const cosine = (a: number[], b: number[]) => a.reduce((sum, value, k) => sum + value * b[k], 0);

describe('cosines', () => {
  it('are those of the rows that are named', () => {
    const [a, b] = [draw(5, 3, 1), draw(2, 3, 2)];
    cosinesTo(a, b, 3, (i) => i % 2).forEach((value, i) =>
      expect(value).toBeCloseTo(cosine(row(a, i, 3), row(b, i % 2, 3)), 12),
    );
  });

  it('find the nearest row, and say how many were searched where all are too many', () => {
    const [a, b] = [draw(22, 6, 1), draw(50, 6, 2)];
    const { searched, index, cosine: found } = nearestRows(a, b, 6);
    expect(searched).toBe(50);
    for (let i = 0; i < 22; i++) {
      const all = Array.from({ length: 50 }, (_, j) => cosine(row(a, i, 6), row(b, j, 6)));
      expect(found[i]).toBeCloseTo(Math.max(...all), 12);
      expect(all[index[i]]).toBeCloseTo(found[i], 12);
    }
    const thinned = nearestRows(a, b, 6, 22 * 50 * 6 * 0.25);
    expect(thinned.searched).toBe(13);
    for (const j of thinned.index) expect(j % 4).toBe(0);
  });

  it('fill histograms: every pair within, drawn pairs between', () => {
    // Two people, opposite each other, three equal images each
    const unit = Float64Array.from([1, 0, 1, 0, 1, 0, -1, 0, -1, 0, -1, 0]);
    const { within, between } = cosineHistogram(unit, 2, [7, 7, 7, 9, 9, 9], 1);
    expect(within[99]).toBe(6);
    expect(within.reduce((a, b) => a + b)).toBe(6);
    expect(between[0]).toBe(between.reduce((a, b) => a + b));
    expect(between[0]).toBeGreaterThan(0);
    expect(cosineHistogram(unit, 2, [1, 1, 1, 1, 1, 1], 1).between.every((n) => n === 0)).toBe(true);
  });
});

describe('principalMap', () => {
  it('finds the axes that were put in, whatever the mean', () => {
    const rng = new Rng(3, 'pca');
    const size = 5;
    const [major, minor] = [
      [0, 0.6, 0, 0.8, 0],
      [1, 0, 0, 0, 0],
    ];
    const coordinates = Array.from({ length: 400 }, () => [5 * rng.normal(), 2 * rng.normal()]);
    const rows = Float64Array.from(
      coordinates.flatMap(([x, y]) => major.map((m, k) => 10 + x * m + y * minor[k] + 0.01 * rng.normal())),
    );
    const { explained, project } = principalMap(rows, size);
    expect(explained[0] + explained[1]).toBeGreaterThan(0.999);
    expect(explained[0]).toBeGreaterThan(0.75);
    const at = project(rows);
    const mean = [0, 1].map((axis) => coordinates.reduce((sum, c) => sum + c[axis], 0) / 400);
    coordinates.forEach(([x, y], i) => {
      // The axes are orthogonal in expectation only, so the sample's differ a little from them.
      expect(Math.abs(at[2 * i] - (x - mean[0]))).toBeLessThan(1);
      expect(Math.abs(at[2 * i + 1] - (y - mean[1]))).toBeLessThan(1.5);
    });
  });
});
