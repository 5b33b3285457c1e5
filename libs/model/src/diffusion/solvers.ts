import { posterior } from './equations.ts';

export const samplerKinds = ['ddim', 'ancestral', 'dpm++', 'dpm++sde'] as const;
export type SamplerKind = (typeof samplerKinds)[number];

/** x_next = ofX·x_t + ofX0·x̂0 + ofPrevious·(x̂0 of the step before) + ofScore·g + ofNoise·z: what every sampler's step is. */
export interface LinearStep {
  readonly ofX: number;
  readonly ofX0: number;
  readonly ofPrevious: number;
  /** Of the weighted reversed likelihood score, where it does not enter through x̂0. */
  readonly ofScore: number;
  /** Of standard normal values. */
  readonly ofNoise: number;
}

/** ᾱ at the time of the step before (none at the first), now, and at the time that the step leads to (1 at the last). */
export interface StepTimes {
  readonly before: number | undefined;
  readonly now: number;
  readonly next: number;
}

/** Half the logarithm of the signal-to-noise ratio, λ = ln(√ᾱ/√(1-ᾱ)). */
const logSnr = (alphaBar: number): number => Math.log(alphaBar / (1 - alphaBar)) / 2;

/**
 * The coefficients of a sampler's step.
 * - `ddim`: Song et al. 2021, Eq. 12 with σ = 0, the noise taken from x_t and x̂0.
 * - `ancestral`: mean and variance of q(x_next | x_t, x̂0); the score moves the mean by the variance (Algorithm 2).
 * - `dpm++`: DPM-Solver++(2M), Lu et al. 2022, Algorithm 2: DDIM's step with x̂0 extrapolated from the step before; `dpm++sde` its SDE
 *   form. The first step has none before it and the last leads to λ = ∞: both are of first order.
 */
export function stepOf(kind: SamplerKind, { before, now, next }: StepTimes): LinearStep {
  if (kind === 'ancestral') {
    const { x0Factor, xtFactor, variance } = posterior(now, next);
    return { ofX: xtFactor, ofX0: x0Factor, ofPrevious: 0, ofScore: variance, ofNoise: Math.sqrt(variance) };
  }
  const stochastic = kind === 'dpm++sde';
  const shrink = Math.sqrt((1 - next) / (1 - now));
  // e^{-h} for the step h of λ; 0 where the step leads to x_0.
  const decay = next === 1 ? 0 : Math.exp(logSnr(now) - logSnr(next));
  const ofX = stochastic ? shrink * decay : shrink;
  const ofData = Math.sqrt(next) - ofX * Math.sqrt(now);
  const ofNoise = stochastic ? Math.sqrt((1 - next) * (1 - decay ** 2)) : 0;
  const first = kind === 'ddim' || before === undefined || next === 1;
  const extrapolated = first ? 0 : (logSnr(next) - logSnr(now)) / (logSnr(now) - logSnr(before)) / 2;
  return { ofX, ofX0: ofData * (1 + extrapolated), ofPrevious: -ofData * extrapolated, ofScore: 0, ofNoise };
}
