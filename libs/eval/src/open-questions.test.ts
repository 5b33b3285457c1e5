import { Rng } from '@id3/core';
import { describe, expect, it } from 'vitest';
import { normaliseRows } from '@id3/protocol';
import { nearerSet } from './inspection.ts';
import { chanceGreater, leakage, novelty, spearman } from './open-questions.ts';

const SIZE = 16;
const people = (seed: number, count: number) => new Rng(seed, 'people').normals(count * SIZE);
/** Each row with noise of some strength. */
const near = (rows: Float32Array, noise: number, seed: number) => {
  const rng = new Rng(seed, 'noise');
  return rows.map((value) => value + noise * rng.normal());
};

describe('leakage', () => {
  const training = people(1, 200);
  const heldOut = people(2, 200);
  const of = (generated: Float32Array) =>
    leakage({ generated, heldOut, training, size: SIZE, threshold: 0.9 });
  it('is none for people drawn as the held-out ones', () => {
    const { generated, heldOut: real, excess, ofTraining } = of(people(3, 200));
    expect(Math.abs(ofTraining - 0.5)).toBeLessThan(0.09);
    // U of two samples of 200 has a standard deviation of 0.029.
    expect(Math.abs(excess - 0.5)).toBeLessThan(0.09);
    expect(Math.abs(generated.mean - real.mean)).toBeLessThan(0.03);
  });
  it('is found where generated faces are copies of training ones', () => {
    const { generated, heldOut: real, excess, ofTraining } = of(near(training, 0.1, 4));
    expect(ofTraining).toBeGreaterThan(0.99);
    expect(excess).toBeGreaterThan(0.99);
    expect(generated.shareAbove).toBeGreaterThan(0.95);
    expect(real.shareAbove).toBeLessThan(0.05);
  });
});

describe('the set that is nearer', () => {
  const [m, h, faces] = [40, 12, 6];
  const unit = (seed: number, count: number) => normaliseRows(people(seed, count), SIZE);
  const [made, training, others] = [unit(3, faces), unit(1, m), unit(2, h)];
  const cosine = (a: Float64Array, i: number, b: Float64Array, j: number) =>
    Array.from({ length: SIZE }, (_, k) => a[i * SIZE + k] * b[j * SIZE + k]).reduce((x, y) => x + y);

  it('is what drawing as many of either finds', () => {
    const rng = new Rng(5, 'draws');
    const draws = 20_000;
    let wins = 0;
    for (let draw = 0; draw < draws; draw++) {
      const order = Array.from({ length: m }, (_, j) => [rng.normal(), j]).sort((a, b) => a[0] - b[0]);
      const drawn = order.slice(0, h).map(([, j]) => j);
      const i = draw % faces;
      const best = Math.max(...drawn.map((j) => cosine(made, i, training, j)));
      const rival = Math.max(...Array.from({ length: h }, (_, j) => cosine(made, i, others, j)));
      wins += Number(best > rival);
    }
    // A share of 20 000 has a standard deviation of at most 0.0036.
    expect(Math.abs(nearerSet(made, training, others, SIZE) - wins / draws)).toBeLessThan(0.015);
  });
  it('is the other one, seen from it', () => {
    expect(nearerSet(made, others, training, SIZE)).toBeCloseTo(
      1 - nearerSet(made, training, others, SIZE),
      12,
    );
  });
});

describe('novelty', () => {
  it('sees that identities far from training are held worse', () => {
    const training = people(1, 40);
    const trainingLabels = Array.from({ length: 40 }, (_, i) => i);
    const asked: number[] = [];
    const made: number[] = [];
    const labels: number[] = [];
    const rng = new Rng(7, 'novel');
    for (let identity = 0; identity < 40; identity++) {
      const far = identity / 39;
      const y = Array.from(
        training.subarray(identity * SIZE, (identity + 1) * SIZE),
        (v) => v + 3 * far * rng.normal(),
      );
      for (let image = 0; image < 5; image++) {
        asked.push(...y);
        made.push(...y.map((v) => v + 4 * far * rng.normal()));
        labels.push(identity);
      }
    }
    const of = (embeddings: number[]) =>
      novelty({
        embeddings: Float64Array.from(embeddings),
        asked: Float64Array.from(asked),
        labels,
        training,
        trainingLabels,
        size: SIZE,
      });
    const { bins, correlation } = of(made);
    expect(bins.map(({ identities }) => identities)).toEqual([10, 10, 10, 10]);
    expect(bins[0].nearest[1]).toBeLessThanOrEqual(bins[1].nearest[0]);
    expect(bins[3].toAsked).toBeGreaterThan(bins[0].toAsked + 0.2);
    // Over 40 identities, 0.5 has p < 0.001.
    expect(correlation).toBeGreaterThan(0.5);
    const perfect = of(asked);
    for (const bin of perfect.bins) expect(bin.toAsked).toBeCloseTo(1, 9);
  });
});

describe('rank statistics', () => {
  it('agree with counting all pairs', () => {
    const rng = new Rng(1, 'ranks');
    const [a, b] = [0, 1].map(() => Array.from({ length: 37 }, () => rng.int(12)));
    let wins = 0;
    for (const x of a) for (const y of b) wins += x > y ? 1 : x === y ? 0.5 : 0;
    expect(chanceGreater(a, b)).toBeCloseTo(wins / 37 ** 2, 12);
  });
  it('have published values', () => {
    // Wikipedia's example of Spearman's ρ (IQ and hours of TV): -29/165.
    const iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
    const tv = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];
    expect(spearman(iq, tv)).toBeCloseTo(-29 / 165, 12);
    expect(spearman([1, 1, 1], [1, 2, 3])).toBe(0);
  });
});
