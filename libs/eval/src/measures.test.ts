import { Rng } from '@id3/core';
import { describe, expect, it } from 'vitest';
import {
  featureDistance,
  identityCentres,
  interClass,
  measureDataset,
  withinIdentityStd,
} from './measures.ts';

const rng = new Rng(1, 'measures');
const size = 6;
const labels = Array.from({ length: 30 }, (_, i) => [7, 3, 9, 4][i % 4]);
const embeddings = rng.normals(labels.length * size);

/** Unit row i of the embeddings, by the definition. */
function unit(i: number): number[] {
  const row = Array.from(embeddings.slice(i * size, (i + 1) * size));
  const norm = Math.hypot(...row);
  return row.map((value) => value / norm);
}
const cosine = (x: number[], y: number[]) =>
  x.reduce((sum, value, k) => sum + value * y[k], 0) / (Math.hypot(...x) * Math.hypot(...y));
const of = (label: number) => labels.flatMap((l, i) => (l === label ? [unit(i)] : []));
const centre = (label: number) => of(label).reduce((sum, row) => sum.map((value, k) => value + row[k]));
const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;

describe('dataset measures', () => {
  it('agree with brute force', () => {
    const names = [7, 3, 9, 4];
    const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => cosine(centre(a), centre(b))));
    const sorted = [...pairs].sort((a, b) => a - b);
    const threshold = (sorted[2] + sorted[3]) / 2;
    const measured = measureDataset({ embeddings, size, labels, threshold });
    expect(measured).toMatchObject({ images: 30, identities: 4 });
    expect(measured.interClass!.mean).toBeCloseTo(mean(pairs), 12);
    expect(measured.interClass!.max).toBeCloseTo(Math.max(...pairs), 12);
    expect(measured.interClass!.std).toBeCloseTo(
      Math.sqrt(mean(pairs.map((c) => (c - mean(pairs)) ** 2))),
      12,
    );
    expect(measured.interClass!.shareAbove).toBe(3 / 6);
    expect(measured.toCentre.mean).toBeCloseTo(mean(labels.map((l, i) => cosine(unit(i), centre(l)))), 12);
    const within = names.map((name) => {
      const rows = of(name);
      return mean(rows.flatMap((x, i) => rows.slice(i + 1).map((y) => 1 - cosine(x, y))));
    });
    expect(measured.featureDistance).toBeCloseTo(mean(within), 12);
  });

  it('know perfect agreement and no difference', () => {
    const measured = measureDataset({
      embeddings,
      size,
      labels,
      threshold: 0.3,
      asked: embeddings.map((v) => 3 * v),
      reference: embeddings,
      age: labels.map((label) => 10 * label),
      yaw: labels.map(() => 5),
    });
    expect(measured.toAsked!.mean).toBeCloseTo(1, 6);
    expect(measured.frechet).toBeCloseTo(0, 9);
    expect(measured.ageStd).toBeCloseTo(0, 12);
    expect(measured.yawStd).toBeCloseTo(0, 12);
  });

  it('count identities on top of each other as above the threshold', () => {
    const { centres, counts } = identityCentres({
      embeddings: Float32Array.of(1, 0, 2, 0, 0, 1, -1, 0),
      size: 2,
      labels: [5, 8, 6, 2],
    });
    expect(counts).toEqual([1, 1, 1, 1]);
    // Cosines: 1, 0, -1, 0, -1, 0.
    expect(interClass(centres, 2, 1)).toMatchObject({ max: 1, shareAbove: 1 / 6, doubles: 2 / 4 });
    expect(interClass(centres, 2, 0).shareAbove).toBeCloseTo(4 / 6, 14);
  });

  it('pool the spread within identities', () => {
    // Deviations ±1 in one identity, ±2 in the other: (2 + 8) / 2 degrees of freedom.
    expect(withinIdentityStd([1, 3, 10, 14, 99], [0, 0, 1, 1, 2])).toBeCloseTo(Math.sqrt(5), 14);
  });

  it('leave out what single images or identities cannot tell', () => {
    const single = { embeddings: Float32Array.of(1, 0, 0, 1), size: 2, labels: [0, 1] };
    expect(featureDistance(single)).toBeUndefined();
    expect(withinIdentityStd([1, 2], [0, 1])).toBeUndefined();
    expect(measureDataset({ ...single, labels: [0, 0], threshold: 0.5 }).interClass).toBeUndefined();
  });
});
