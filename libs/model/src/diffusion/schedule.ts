/** How ᾱ falls from 1 to 0: `linear` in β (Ho et al. 2020) or `cosine` in √ᾱ (Nichol & Dhariwal 2021). */
export type ScheduleKind = 'linear' | 'cosine';

/** The forward process q(x_t|x0) = N(√ᾱ_t x0, (1-ᾱ_t) I) for t = 1..T. */
export interface NoiseSchedule {
  /** T, the number of steps. */
  readonly timesteps: number;
  /** ᾱ_t for t = 0..T; ᾱ_0 = 1. */
  readonly alphaBar: Float64Array;
}

/**
 * The schedule with T steps. `linear` scales DDPM's β (1e-4 to 0.02 at T = 1000) so that ᾱ_T does
 * not depend on T; `cosine` has β clipped at 0.999, as published.
 */
export function noiseSchedule(kind: ScheduleKind, timesteps: number): NoiseSchedule {
  const alphaBar = new Float64Array(timesteps + 1).fill(1);
  for (let t = 1; t <= timesteps; t++) {
    alphaBar[t] = alphaBar[t - 1] * (1 - Math.min(0.999, beta(kind, t, timesteps)));
  }
  return { timesteps, alphaBar };
}

function beta(kind: ScheduleKind, t: number, timesteps: number): number {
  if (kind === 'linear') {
    const scale = 1000 / timesteps;
    return scale * (1e-4 + ((t - 1) / Math.max(1, timesteps - 1)) * (0.02 - 1e-4));
  }
  const squaredCosine = (u: number) => Math.cos(((u / timesteps + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
  return 1 - squaredCosine(t) / squaredCosine(t - 1);
}

/**
 * λ_t κ_t = ½·(1 - 1/(1 + exp(-t/T))), the weight of the inner-product term in the paper's
 * experiments: 0.25 at t = 0 falling to 0.134 at t = T. *Our reading* of a formula whose signs
 * were damaged in the text we have.
 */
export const lambdaKappa = (t: number, timesteps: number): number =>
  0.5 * (1 - 1 / (1 + Math.exp(-t / timesteps)));

/** How the times of a strided sampler lie: `uniform`, or `quadratic` with most of them near t = 0 (Song et al. 2021, D.2). */
export type Spacing = 'uniform' | 'quadratic';

/** `steps` of the times 1..T in falling order, beginning with T; all of them where steps = T. */
export const stridedTimes = (timesteps: number, steps: number, spacing: Spacing): number[] =>
  Array.from({ length: steps }, (_, i) => {
    const share = (steps - i) / steps;
    // At least the number of the times that follow, so that each differs.
    return Math.max(steps - i, Math.round(timesteps * (spacing === 'quadratic' ? share ** 2 : share)));
  });
