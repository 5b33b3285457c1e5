import { Rng } from '@id3/core';
import { describe, expect, it } from 'vitest';
import { leakage, nearerPeople, novelty } from './open-questions.ts';

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
  // Half as many people as faces are trained on, and each is held out alone.
  const trainingLabels = Array.from({ length: 200 }, (_, i) => i % 100);
  const heldOutLabels = Array.from({ length: 200 }, (_, i) => i);
  const of = (generated: Float32Array) =>
    leakage({
      ...{ generated, heldOut, heldOutLabels, training, trainingLabels },
      size: SIZE,
      threshold: 0.9,
      seed: 1,
    });
  it('is none for people drawn as the held-out ones', () => {
    const { generated, heldOut: real, excess, ofTraining } = of(people(3, 200));
    expect(Math.abs(ofTraining - 0.5)).toBeLessThan(0.09);
    // U of two samples of 200 has a standard deviation of 0.029.
    expect(Math.abs(excess - 0.5)).toBeLessThan(0.09);
    expect(Math.abs(generated.mean - real.mean)).toBeLessThan(0.03);
  });
  it('is found where generated faces are copies of training ones', () => {
    const { generated, heldOut: real, excess, ofTraining } = of(near(training, 0.1, 4));
    // Of the two faces of a training person one is drawn, which is the copied one with a chance of 1/2.
    expect(Math.abs(ofTraining - 0.75)).toBeLessThan(0.08);
    expect(excess).toBeGreaterThan(0.99);
    expect(generated.shareAbove).toBeGreaterThan(0.95);
    expect(real.shareAbove).toBeLessThan(0.05);
  });
});

describe('whose people are nearer', () => {
  const row = (cosine: number) => Float64Array.of(cosine, Math.sqrt(1 - cosine ** 2));
  const face = row(1);
  const chance = (first: number[][], second: number[][]) =>
    nearerPeople(
      face,
      first.map((rows) => rows.map(row)),
      second.map((rows) => rows.map(row)),
      { size: 2, seed: 1 },
    );

  it('is sought among as many of either, however many there are', () => {
    const rng = new Rng(8, 'cosines');
    const many = Array.from({ length: 400 }, () => [rng.uniform(-1, 1)]);
    // Of 2 of these the best is above 0 with a chance of 3/4; 50 draws have a standard deviation of 0.06.
    expect(Math.abs(chance(many, [[0], [0]]) - 0.75)).toBeLessThan(0.2);
    expect(Math.abs(chance([[0], [0]], many) - 0.25)).toBeLessThan(0.2);
  });
  it('looks at one face of each person, however many there are', () => {
    const nine = [0.9, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    expect(Math.abs(chance([nine], [[0.5]]) - 0.1)).toBeLessThan(0.15);
    expect(chance([[0.9]], [[0.5]])).toBe(1);
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
