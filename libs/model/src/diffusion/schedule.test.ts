import { describe, expect, it } from 'vitest';
import { lambdaKappa, noiseSchedule, stridedTimes } from '../index.ts';

describe('noiseSchedule', () => {
  it('has the published end of the linear schedule', () => {
    const { alphaBar } = noiseSchedule('linear', 1000);
    expect(alphaBar[1]).toBeCloseTo(1 - 1e-4, 12);
    // Π (1-β) of DDPM's linear schedule, quoted as 4.04e-5 by improved-diffusion
    expect(alphaBar[1000]).toBeCloseTo(4.0358e-5, 8);
  });
  it('follows the cosine schedule where β is not clipped', () => {
    const { alphaBar } = noiseSchedule('cosine', 1000);
    const f = (t: number) => Math.cos(((t / 1000 + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
    for (const t of [1, 100, 500, 900]) expect(alphaBar[t]).toBeCloseTo(f(t) / f(0), 10);
  });
  it.each(['linear', 'cosine'] as const)('%s falls from 1 to nearly 0', (kind) => {
    const { alphaBar } = noiseSchedule(kind, 200);
    expect(alphaBar[0]).toBe(1);
    for (let t = 1; t <= 200; t++) expect(alphaBar[t]).toBeLessThan(alphaBar[t - 1]);
    expect(alphaBar[200]).toBeLessThan(1e-3);
  });
});

it('λκ has the ends that the paper states', () => {
  expect(lambdaKappa(0, 1000)).toBe(0.25);
  expect(lambdaKappa(1000, 1000)).toBeCloseTo(0.1345, 4);
});

it('strided times begin at T, fall, and are all of them at full length', () => {
  expect(stridedTimes(1000, 4, 'uniform')).toEqual([1000, 750, 500, 250]);
  expect(stridedTimes(5, 5, 'uniform')).toEqual([5, 4, 3, 2, 1]);
  expect(stridedTimes(1000, 5, 'quadratic')).toEqual([1000, 640, 360, 160, 40]);
  expect(stridedTimes(6, 5, 'quadratic')).toEqual([6, 4, 3, 2, 1]);
});
