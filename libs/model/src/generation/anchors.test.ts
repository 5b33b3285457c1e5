import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@id3/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { anchors, embeddingBetween, embeddingNear, embeddingPerturbed, randomDirections } from '../index.ts';

function largestCosine(w: Float32Array, d: number): number {
  let largest = -1;
  for (let i = 0; i < w.length; i += d)
    for (let j = 0; j < i; j += d) {
      let dot = 0;
      for (let k = 0; k < d; k++) dot += w[i + k] * w[j + k];
      largest = Math.max(largest, dot);
    }
  return largest;
}

describe('anchors', () => {
  beforeAll(async () => void (await tf.setBackend('cpu')));

  // Proven solutions of Tammes' problem; for N ≤ d + 1 the simplex, -1/(N-1)
  it.each([
    ['two poles', 2, 3, -1],
    ['tetrahedron', 4, 3, -1 / 3],
    ['octahedron', 6, 3, 0],
    ['icosahedron', 12, 3, 1 / Math.sqrt(5)],
    ['triangle in 8 dimensions', 3, 8, -1 / 2],
    ['simplex in 16 dimensions', 17, 16, -1 / 16],
    ['simplex of 20 in 64 dimensions', 20, 64, -1 / 19],
    ['simplex in 64 dimensions', 65, 64, -1 / 64],
  ])('reach the %s to 1e-3', async (_name, count, d, optimum) => {
    const reached = largestCosine(await anchors('spread', { count, d, seed: 1 }), d);
    expect(Math.abs(reached - optimum)).toBeLessThan(1e-3);
  });

  it('are unit rows, spread further than random ones, and the same for the same seed', async () => {
    const spread = await anchors('spread', { count: 200, d: 16, seed: 7, iterations: 100 });
    const random = await anchors('random', { count: 200, d: 16, seed: 7 });
    expect(largestCosine(spread, 16)).toBeLessThan(largestCosine(random, 16) - 0.2);
    expect(Array.from(await anchors('spread', { count: 200, d: 16, seed: 7, iterations: 100 }))).toEqual(
      Array.from(spread),
    );
    for (let i = 0; i < 200; i++)
      expect(Math.hypot(...spread.subarray(i * 16, i * 16 + 16))).toBeCloseTo(1, 5);
  });
});

describe('embeddingNear', () => {
  it.each([-1, -0.3, 0, 0.5, 0.999, 1])('gives exactly the cosine asked for, %d', (c) => {
    for (const d of [2, 128, 512])
      for (let i = 0; i < 50; i++) {
        const w = randomDirections(1, d, new Rng(i, 'w'));
        const y = embeddingNear(w, c, c, new Rng(i, 'y'));
        const cosine = y.reduce((sum, value, k) => sum + value * w[k], 0);
        expect(Math.abs(cosine - c)).toBeLessThan(3e-6); // float32, worst at d = 2
        expect(Math.abs(Math.hypot(...y) - 1)).toBeLessThan(1e-6);
      }
  });

  it('has a uniform cosine to its anchor and a direction without preference', () => {
    const d = 8;
    const w = randomDirections(1, d, new Rng(1, 'w'));
    const n = 20_000;
    let sum = 0;
    const tangent = new Float64Array(d);
    for (let i = 0; i < n; i++) {
      const y = embeddingNear(w, 0.4, 0.8, new Rng(1, 'y', i));
      const c = y.reduce((s, value, k) => s + value * w[k], 0);
      expect(Math.hypot(...y)).toBeCloseTo(1, 5);
      expect(c).toBeGreaterThan(0.4 - 1e-5);
      expect(c).toBeLessThan(0.8 + 1e-5);
      sum += c;
      for (let k = 0; k < d; k++) tangent[k] += (y[k] - c * w[k]) / n;
    }
    expect(Math.abs(sum / n - 0.6)).toBeLessThan((5 * 0.4) / Math.sqrt(12 * n));
    expect(Math.hypot(...tangent)).toBeLessThan(5 / Math.sqrt(n));
  });
});

describe('embeddingPerturbed', () => {
  const d = 24;
  const w = randomDirections(1, d, new Rng(1, 'w'));
  const cosines = (lb: number, ub: number) =>
    Array.from({ length: 4000 }, (_, i) => {
      const y = embeddingPerturbed(w, lb, ub, new Rng(3, 'y', i));
      expect(Math.hypot(...y)).toBeCloseTo(1, 5);
      return y.reduce((sum, value, k) => sum + value * w[k], 0);
    });

  it('stays on the sphere and within its bounds, and moves nothing that is within them', () => {
    const free = cosines(-1, 1);
    const bound = cosines(0.8, 0.95);
    expect(Math.min(...free)).toBeLessThan(0.7);
    free.forEach((cosine, i) => expect(bound[i]).toBeCloseTo(Math.min(0.95, Math.max(0.8, cosine)), 5));
  });

  it('has the angles of its noise: tan of them is nearly σ in many dimensions', () => {
    const wide = randomDirections(1, 4096, new Rng(2, 'w'));
    const tangents = Array.from({ length: 1500 }, (_, i) => {
      const y = embeddingPerturbed(wide, -1, 1, new Rng(4, 'y', i));
      const cosine = y.reduce((sum, value, k) => sum + value * wide[k], 0);
      return Math.sqrt(1 / cosine ** 2 - 1);
    });
    for (const [sigma, share] of [
      [0.3, 0.4],
      [0.5, 0.4],
      [0.7, 0.2],
    ]) {
      const near = tangents.filter((tangent) => Math.abs(tangent - sigma) < 0.08).length;
      const n = tangents.length;
      expect(Math.abs(near - share * n)).toBeLessThan(5 * Math.sqrt(n * share * (1 - share)));
    }
  });
});

describe('embeddingBetween', () => {
  it("walks the arc as slerp's closed form says", () => {
    const rng = new Rng(4, 'arc');
    for (const d of [2, 3, 24, 512])
      for (let k = 0; k < 20; k++) {
        const [a, b] = [randomDirections(1, d, rng), randomDirections(1, d, rng)];
        const angle = Math.acos(a.reduce((sum, value, i) => sum + value * b[i], 0));
        for (const t of [0, 0.2, 0.5, 0.9, 1]) {
          const y = embeddingBetween(a, b, t);
          const [ofA, ofB] = [1 - t, t].map((share) => Math.sin(share * angle) / Math.sin(angle));
          // float32: what lies beside the arc is lost where the two are almost one.
          y.forEach((value, i) => expect(Math.abs(value - (ofA * a[i] + ofB * b[i]))).toBeLessThan(2e-4));
          expect(Math.abs(Math.hypot(...y) - 1)).toBeLessThan(1e-6);
        }
      }
  });

  it('stays where both are one, and refuses opposite ones', () => {
    const a = randomDirections(1, 24, new Rng(1, 'a'));
    expect(embeddingBetween(a, a, 0.3)).toEqual(a);
    expect(() =>
      embeddingBetween(
        a,
        a.map((value) => -value),
        0.5,
      ),
    ).toThrow('opposite');
  });
});
