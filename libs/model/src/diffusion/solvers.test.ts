import { expect, it } from 'vitest';
import { noiseSchedule } from './equations.ts';
import { stridedTimes } from './sampler-options.ts';
import { stepOf, type SamplerKind } from './solvers.ts';

/**
 * Data x0 ~ N(0, v) in one dimension: x̂0 = √ᾱ v x_t/(ᾱ v + 1-ᾱ), and the probability flow, a linear ODE, takes x_t to
 * x_t·√(variance(t')/variance(t)).
 */
const v = 0.3;
const T = 100_000;
const { alphaBar } = noiseSchedule('cosine', T);
const variance = (a: number) => a * v + 1 - a;

/** The relative error at t = T/10 after equal steps from 9T/10. */
function errorOf(kind: SamplerKind, steps: number): number {
  const times = Array.from(
    { length: steps + 1 },
    (_, k) => alphaBar[Math.round(T * (0.9 - (0.8 * k) / steps))],
  );
  let [x, previous] = [1, 0];
  for (let k = 0; k < steps; k++) {
    const { ofX, ofX0, ofPrevious } = stepOf(kind, {
      before: times[k - 1],
      now: times[k],
      next: times[k + 1],
    });
    const x0 = (Math.sqrt(times[k]) * v * x) / variance(times[k]);
    [x, previous] = [ofX * x + ofX0 * x0 + ofPrevious * previous, x0];
  }
  return Math.abs(x / Math.sqrt(variance(times[steps]) / variance(times[0])) - 1);
}

it.each([
  ['ddim', 1],
  ['dpm++', 2],
] as const)('%s is of order %s', (kind, order) => {
  const observed = Math.log2(errorOf(kind, 50) / errorOf(kind, 100));
  expect(Math.abs(observed - order)).toBeLessThan(0.2);
});

it.each(['ddim', 'ancestral', 'dpm++', 'dpm++sde'] as const)('%s ends at x̂0', (kind) => {
  const step = stepOf(kind, { before: alphaBar[2000], now: alphaBar[1000], next: 1 });
  expect(step.ofX).toBeCloseTo(0, 10);
  expect(step.ofX0).toBeCloseTo(1, 10);
  expect(step.ofPrevious).toBeCloseTo(0, 10);
  expect(step.ofNoise).toBeCloseTo(0, 10);
});

it.each(['ancestral', 'dpm++sde'] as const)('%s keeps the variance of the process in each step', (kind) => {
  const times = stridedTimes(T, 1000, 'uniform');
  let spread = variance(alphaBar[times[0]]);
  for (let k = 0; k + 1 < times.length; k++) {
    // Of first order: the extrapolation's own error is not in question.
    const { ofX, ofX0, ofPrevious, ofNoise } = stepOf(kind, {
      before: undefined,
      now: alphaBar[times[k]],
      next: alphaBar[times[k + 1]],
    });
    expect(ofPrevious).toBeCloseTo(0, 12);
    const x0PerX = (Math.sqrt(alphaBar[times[k]]) * v) / variance(alphaBar[times[k]]);
    spread = (ofX + ofX0 * x0PerX) ** 2 * spread + ofNoise ** 2;
  }
  expect(spread / variance(alphaBar[times.at(-1)!])).toBeCloseTo(1, 1);
});
