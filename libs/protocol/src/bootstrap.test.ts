import { describe, expect, it } from 'vitest';
import { bootstrapTarAtFar } from './bootstrap.ts';
import { rocOf, tarAtFar } from './roc.ts';
import { drawScores, scoreKinds } from './testing.ts';

/** The smallest k with P(X ≤ k) ≥ share for X ~ Binomial(n, p), by its closed form. */
function binomialQuantile(n: number, p: number, share: number): number {
  let [probability, sum] = [(1 - p) ** n, 0];
  for (let k = 0; k <= n; k++) {
    sum += probability;
    if (sum >= share) return k;
    probability *= ((n - k) / (k + 1)) * (p / (1 - p));
  }
  return n;
}

describe('bootstrapTarAtFar', () => {
  it('has the value of the ROC', () => {
    for (const kind of scoreKinds)
      for (const far of [0.01, 0.1, 0.5]) {
        const pairs = drawScores(kind, 3);
        const { value, low, high } = bootstrapTarAtFar(pairs, far, { seed: 1, samples: 200 });
        expect(value).toBe(tarAtFar(rocOf(pairs), far));
        expect(low).toBeLessThanOrEqual(high);
      }
  });
  it('is the binomial interval where the threshold cannot change', () => {
    // 400 same pairs, of which 300 are nearer than all different ones.
    const same = Array.from({ length: 800 }, (_, i) => i < 400);
    const distances = same.map((isSame, i) => (isSame ? (i < 300 ? 1 : 3) : 2));
    const { value, low, high } = bootstrapTarAtFar({ distances, same }, 0.01, { seed: 2, samples: 4000 });
    expect(value).toBe(0.75);
    expect(Math.abs(low - binomialQuantile(400, 0.75, 0.025) / 400)).toBeLessThanOrEqual(0.0051);
    expect(Math.abs(high - binomialQuantile(400, 0.75, 0.975) / 400)).toBeLessThanOrEqual(0.0051);
  });
  it('is a function of its seed', () => {
    const pairs = drawScores('clustered', 1);
    const draw = (seed: number) => bootstrapTarAtFar(pairs, 0.1, { seed, samples: 100 });
    expect(draw(1)).toEqual(draw(1));
    expect([draw(1).low, draw(1).high]).not.toEqual([draw(5).low, draw(5).high]);
  });
});
