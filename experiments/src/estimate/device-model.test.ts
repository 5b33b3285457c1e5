import { describe, expect, it } from 'vitest';
import { DEVICES, type MeasuredStep } from './devices.ts';
import { fitRates, leftOutErrors, singly, together } from './device-model.ts';

const { steps: measured } = DEVICES.h200;

describe('a device as rates of launches, multiplications and bytes', () => {
  /** Steps of the counts of those that were measured, on a device that has these rates. */
  const onDevice = (rates: [number, number, number]): MeasuredStep[] =>
    measured.map((step) => ({ ...step, ms: singly(rates, step) }));

  it('finds the rates that steps were made with, and tells each by the others', () => {
    const rates: [number, number, number] = [5e-3, 2e-11, 1e-6];
    fitRates(onDevice(rates)).forEach((rate, k) => expect(rate / rates[k]).toBeCloseTo(1, 9));
    for (const error of leftOutErrors(onDevice(rates))) expect(error).toBeCloseTo(0, 9);
  });

  it('no rate is negative: the best fit without it is taken', () => {
    // Fewer launches take longer: nothing but their number tells these steps apart.
    const steps = [1000, 2000, 3000].map((nodes, k) => ({
      ...measured[2],
      nodes,
      multiplications: 1e9,
      ms: 30 - 5 * k,
    }));
    expect(Math.min(...fitRates(steps))).toBe(0);
    expect(fitRates(steps).every((rate) => rate >= 0)).toBe(true);
  });

  it('is the least mean square of relative errors: moving a rate makes it no better', () => {
    const errorOf = (rates: readonly number[]) =>
      measured.reduce((sum, step) => sum + (singly(rates as never, step) / step.ms - 1) ** 2, 0);
    const rates = fitRates(measured);
    for (const k of [0, 1, 2])
      for (const factor of [0.99, 1.01])
        expect(errorOf(rates.map((rate, j) => (j === k ? rate * factor : rate)))).toBeGreaterThan(
          errorOf(rates),
        );
  });

  it('of steps taken together, what crosses is shared by as many as two seconds hold', () => {
    const step = { nodes: 1000, multiplications: 0, crossedBytes: 1e9 };
    // 5 ms of launches, a second of crossing: 32 in a call.
    expect(together([5e-3, 0, 1e-6], step)).toBeCloseTo(5 + 1000 / 32, 9);
    // 500 ms and three seconds: four.
    expect(together([0.5, 0, 3e-6], step)).toBeCloseTo(500 + 3000 / 4, 9);
  });
});

it('the H200 is told to half by what was measured on it', () => {
  // What docs/gpu.md and `--estimate --device=h200` say.
  const errors = leftOutErrors(measured).map(Math.abs);
  expect(Math.max(...errors)).toBeLessThan(0.6);
  for (const step of measured)
    expect(Math.abs(singly(fitRates(measured), step) / step.ms - 1)).toBeLessThan(0.4);
});
