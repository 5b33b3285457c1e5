import { z } from 'zod';
import { precisionSchema } from '../optim/loss-scaling.ts';
import { samplerKinds } from './solvers.ts';

/** Options of Algorithm 2; together they span the samplers that the ablation compares. */
export const samplerSchema = z.strictObject({
  /**
   * `ddim`: strided and deterministic (Song et al. 2021); `ancestral`: DDPM's reverse process, the paper's; `dpm++`: DPM-Solver++(2M), of
   * second order; `dpm++sde`: the same with noise (Lu et al. 2022).
   */
  kind: z.enum(samplerKinds),
  /** Number of network evaluations; the schedule's T gives every step. */
  steps: z.int().min(1),
  /** Where the times of fewer than T steps lie: `quadratic` has most of them near t = 0, where details form. */
  spacing: z.enum(['uniform', 'quadratic']),
  /** w, the weight of the reversed likelihood score; 0 leaves it out. */
  guidance: z.number().min(0),
  /**
   * The score moves the steps at t ≤ scoreBelow·T alone, all of them where this is absent: earlier ones, where age and pose form, are left to
   * s (guidance in a limited interval: Kynkäänniemi et al. 2024).
   */
  scoreBelow: z.number().gt(0).max(1).optional(),
  /** κ_t of the score: the paper's λκ, or fitted to how well f(x̂0) tells y on people it was not trained on. */
  kappa: z.enum(['paper', 'fitted']),
  /** Whether the score's gradient goes through the U-Net (`full`, the paper's) or stops at ε_θ (`stopped`, cheaper). */
  gradient: z.enum(['full', 'stopped']),
  /** Classifier-free guidance (Ho & Salimans 2022): how far x̂0 moves away from what it is without y, and without s; 0 leaves it out. */
  freeY: z.number().min(0),
  freeS: z.number().min(0),
  /** Clamps x̂0 to [-1,1] in every step, as DDPM's code does. */
  clip: z.boolean(),
  /** Of convolutions and matrix products; `float32` where absent. */
  precision: precisionSchema.optional(),
});
export type SamplerOptions = z.infer<typeof samplerSchema>;

/** DDIM in few steps without any guidance: to be spread where a few options matter. */
export const PLAIN_SAMPLER: SamplerOptions = {
  kind: 'ddim',
  steps: 10,
  spacing: 'uniform',
  guidance: 0,
  kappa: 'paper',
  gradient: 'full',
  freeY: 0,
  freeS: 0,
  clip: true,
};

/** How the times of a strided sampler lie: `uniform`, or `quadratic` with most of them near t = 0 (Song et al. 2021, D.2). */
export type Spacing = SamplerOptions['spacing'];

/** `steps` of the times 1..T in falling order, beginning with T; all of them where steps = T. */
export const stridedTimes = (timesteps: number, steps: number, spacing: Spacing): number[] =>
  Array.from({ length: steps }, (_, i) => {
    const share = (steps - i) / steps;
    // At least the number of the times that follow, so that each differs.
    return Math.max(steps - i, Math.round(timesteps * (spacing === 'quadratic' ? share ** 2 : share)));
  });

/** Whether the reversed likelihood score moves the step at t. */
export const isScored = (
  { guidance, scoreBelow = 1 }: SamplerOptions,
  t: number,
  timesteps: number,
): boolean => guidance > 0 && t <= scoreBelow * timesteps;

/** How many of a sampler's steps the reversed likelihood score moves. */
export const scoredSteps = (options: SamplerOptions, timesteps: number): number =>
  stridedTimes(timesteps, options.steps, options.spacing).filter((t) => isScored(options, t, timesteps))
    .length;

/** Whether a step takes fresh noise. */
export const drawsNoise = ({ kind }: SamplerOptions): boolean => kind === 'ancestral' || kind === 'dpm++sde';
