import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@id3/core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  makeSampler,
  noiseSchedule,
  scoredSteps,
  stridedTimes,
  type AdjustedField,
  type SamplerOptions,
} from '../index.ts';

/**
 * Gaussian data x0 ~ N(0, v I), linear f with yᵀf(x0) = cᵀx0 and constant κ. Then E[x0|x_t] = k_t x_t is
 * known, the adjusted score stays that of a Gaussian for every t, and p̃(x0) = N(wκ v c, v I).
 */
const v = 0.36;
const c = [0.8, -0.5];
const kappa = 0.5;
const schedule = noiseSchedule('linear', 1000);
const variance = (t: number) => schedule.alphaBar[t] * v + 1 - schedule.alphaBar[t];

const field: AdjustedField = {
  schedule,
  // With `epsilon` the network is told t itself.
  prediction: 'epsilon',
  x0: (xt, { networkTime }) => {
    const t = Math.round(networkTime.dataSync()[0]);
    return xt.mul((Math.sqrt(schedule.alphaBar[t]) * v) / variance(t));
  },
  cosine: (x0) => x0.mul(tf.tensor2d([c])).sum(1),
  kappa: () => kappa,
};
const n = 2000;
const start = () => tf.tensor2d(new Rng(2, 'xT').normals(n * 2), [n, 2]);
const noise = (step: number) => tf.tensor2d(new Rng(2, 'z', step).normals(n * 2), [n, 2]);
const defaults: SamplerOptions = {
  kind: 'ddim',
  steps: 1000,
  spacing: 'uniform',
  guidance: 2,
  gradient: 'full',
  kappa: 'paper',
  freeY: 0,
  freeS: 0,
  clip: false,
};

async function moments(options: SamplerOptions) {
  const x = await makeSampler(field, options)(start(), {}, noise);
  const values = (await x.array()) as number[][];
  const mean = [0, 1].map((k) => values.reduce((s, row) => s + row[k], 0) / n);
  const covariance = (a: number, b: number) =>
    values.reduce((s, row) => s + (row[a] - mean[a]) * (row[b] - mean[b]), 0) / n;
  return { mean, covariance: [covariance(0, 0), covariance(0, 1), covariance(1, 1)] };
}

describe('Algorithm 2 on a density known in closed form', () => {
  beforeAll(async () => void (await tf.setBackend('cpu')));
  const meanTolerance = 5 * Math.sqrt(v / n);
  const covarianceTolerance = 5 * v * Math.sqrt(2 / n);

  it.each<[string, Partial<SamplerOptions>]>([
    ['ancestral, every step', { kind: 'ancestral' }],
    ['ancestral without the reversed likelihood score', { kind: 'ancestral', guidance: 0 }],
    ['DDIM, every step', {}],
    ['DDIM, 100 steps', { steps: 100 }],
    ['DDIM, without the reversed likelihood score', { guidance: 0 }],
    ['DPM-Solver++(2M), 50 steps', { kind: 'dpm++', steps: 50, spacing: 'quadratic' }],
    ['DPM-Solver++(2M) with noise, 100 steps', { kind: 'dpm++sde', steps: 100, spacing: 'quadratic' }],
  ])(
    '%s reaches the analytic mean and covariance',
    async (_name, changes) => {
      const options = { ...defaults, ...changes };
      const { mean, covariance } = await moments(options);
      // DDIM's strided Euler steps of the score term leave an error of first order in the stride.
      const strided = options.steps < 1000 ? 0.03 : 0.01; // dpm++ needs fewer for the same error
      mean.forEach((m, k) =>
        expect(Math.abs(m - options.guidance * kappa * v * c[k])).toBeLessThan(meanTolerance + strided),
      );
      [v, 0, v].forEach((value, k) =>
        expect(Math.abs(covariance[k] - value)).toBeLessThan(covarianceTolerance + strided * v),
      );
    },
    180_000,
  );

  it('with the score in the last steps alone goes a part of the way', async () => {
    const options = { ...defaults, scoreBelow: 0.3 };
    const { mean, covariance } = await moments(options);
    // With σ² = (1-ᾱ)/ᾱ and u = x/√ᾱ the flow is du/dσ = σ (u - wκvc)/(v + σ²), from a mean of 0 where the score begins.
    const alphaBar = field.schedule.alphaBar[300];
    const share = 1 - Math.sqrt(v / (v + (1 - alphaBar) / alphaBar));
    mean.forEach((m, k) =>
      expect(Math.abs(m - share * options.guidance * kappa * v * c[k])).toBeLessThan(meanTolerance + 0.01),
    );
    [v, 0, v].forEach((value, k) =>
      expect(Math.abs(covariance[k] - value)).toBeLessThan(covarianceTolerance + 0.01 * v),
    );
  });

  it('with the gradient stopped at ε_θ follows another field: ∂x̂0/∂x_t = 1/√ᾱ_t', async () => {
    const { mean } = await moments({ ...defaults, steps: 100, gradient: 'stopped' });
    const full = 2 * kappa * v * c[0];
    expect(mean[0]).toBeGreaterThan(full * 1.5);
  });

  it('repeats itself, and clips where asked', async () => {
    const options = { ...defaults, steps: 10, clip: true };
    const a = await makeSampler(field, options)(start(), {}, noise);
    const b = await makeSampler(field, options)(start(), {}, noise);
    expect(Array.from(a.dataSync())).toEqual(Array.from(b.dataSync()));
    expect(Math.max(...a.abs().dataSync())).toBeLessThanOrEqual(1);
  });

  it('leaves no tensor behind', async () => {
    const xT = start();
    const before = tf.memory().numTensors;
    (await makeSampler(field, { ...defaults, kind: 'ancestral', steps: 5 })(xT, {}, noise)).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

it('the steps that the score moves are those below its time', () => {
  const options: SamplerOptions = { ...defaults, steps: 5, spacing: 'quadratic' };
  const counts = [undefined, 1, 0.64, 0.36, 0.3, 0.01].map((scoreBelow) =>
    scoredSteps({ ...options, scoreBelow }, 1000),
  );
  expect(counts).toEqual([5, 5, 4, 3, 2, 0]);
  expect(scoredSteps({ ...options, guidance: 0 }, 1000)).toBe(0);
});

it('strided times begin at T, fall, and are all of them at full length', () => {
  expect(stridedTimes(1000, 4, 'uniform')).toEqual([1000, 750, 500, 250]);
  expect(stridedTimes(5, 5, 'uniform')).toEqual([5, 4, 3, 2, 1]);
  expect(stridedTimes(1000, 5, 'quadratic')).toEqual([1000, 640, 360, 160, 40]);
  expect(stridedTimes(6, 5, 'quadratic')).toEqual([6, 4, 3, 2, 1]);
});
