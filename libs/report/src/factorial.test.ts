import { Rng } from '@id3/core';
import { describe, expect, it } from 'vitest';
import { factorialOf } from './factorial.ts';
import { drawUnits } from './testing.ts';
import type { Unit } from './levels.ts';

const NAMES = ['full', 'no-id-loss', 'no-reversed-likelihood', 'no-id-loss-no-score'];
const byName = (rows: Unit[][]) => (name: string) => rows[NAMES.indexOf(name)] ?? [];
const oneSeed = (...accuracies: number[]): Unit[] => [{ generator: 1, dataset: 1, seed: 1, accuracies }];

describe('the 2×2 design', () => {
  it('has the numbers worked out by hand', () => {
    const { idLoss, score, interaction } = factorialOf(
      byName([oneSeed(9, 8, 10), oneSeed(5, 6, 7), oneSeed(8, 7, 6), oneSeed(6, 6, 3)]),
    )!;
    // Of the three folds: (a − b + c − d)/2 = 3, 1.5, 3; (a + b − c − d)/2 = 0, 0.5, 4; a − b − c + d = 2, 1, 0.
    expect(idLoss.difference.mean).toBeCloseTo(2.5, 12);
    expect(score.difference.mean).toBeCloseTo(1.5, 12);
    expect(interaction.difference.mean).toBeCloseTo(1, 12);
    // s = 1, t = √3; with two degrees of freedom p = 1 − t/√(t² + 2).
    expect(interaction.difference.halfWidth).toBeCloseTo(4.302653 / Math.sqrt(3), 6);
    expect(interaction.p).toBeCloseTo(1 - Math.sqrt(3 / 5), 9);
  });

  it('takes the replicates that all four rows have, and is not there without one of them', () => {
    const two = (n: number) => [...oneSeed(n, n + 1), { ...oneSeed(9, 9)[0], seed: 2 }];
    const rows = [two(1), oneSeed(1, 1), two(3), two(4)];
    expect(factorialOf(byName(rows))!.levels.recognisers).toBe(1);
    expect(factorialOf(byName(rows.slice(0, 3)))).toBeUndefined();
    expect(factorialOf(byName([...rows.slice(0, 3), oneSeed(1, 2, 3)]))).toBeUndefined();
  });

  it('rejects an interaction that is not there 5 times in 100, beside two main effects', () => {
    const rng = new Rng(1, 'interaction');
    const design = { datasets: [1, 1, 1], recognisers: 2, folds: 10 };
    const noise = { generator: 0.5, dataset: 0, recogniser: 0.5, fold: 0, rest: 0.5 };
    let rejected = 0;
    for (let i = 0; i < 3000; i++) {
      const folds = Array.from(rng.normals(10));
      const row = (effect: number) =>
        drawUnits(
          rng,
          design,
          noise,
          folds.map((one) => one + effect),
        );
      if (factorialOf(byName([row(5), row(3), row(2), row(0)]))!.interaction.p! <= 0.05) rejected++;
    }
    // Four binomial standard errors above; the estimate of the error may be somewhat too large.
    expect(rejected / 3000).toBeGreaterThan(0.03);
    expect(rejected / 3000).toBeLessThan(0.066);
  });
});
