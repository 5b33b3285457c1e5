import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { lambdaKappa, stridedTimes, type NoiseSchedule } from './schedule.ts';

/** Options of Algorithm 2; together they span the samplers that the ablation compares. */
export const samplerSchema = z.strictObject({
  /** `ddim`: strided and deterministic (Song et al. 2021); `ancestral`: DDPM's reverse process, the paper's. */
  kind: z.enum(['ddim', 'ancestral']),
  /** Number of network evaluations; the schedule's T gives every step. */
  steps: z.int().min(1),
  /** Where the times of fewer than T steps lie: `quadratic` has most of them near t = 0, where details form. */
  spacing: z.enum(['uniform', 'quadratic']),
  /** w, the weight of the reversed likelihood score; 0 leaves it out. */
  guidance: z.number().min(0),
  /** Whether the score's gradient goes through the U-Net (`full`, the paper's) or stops at ε_θ (`stopped`, cheaper). */
  gradient: z.enum(['full', 'stopped']),
  /** Clamps x̂0 to [-1,1] in every step, as DDPM's code does. */
  clip: z.boolean(),
});
export type SamplerOptions = z.infer<typeof samplerSchema>;

/** A time of the reverse process, as tensors: `t` [B] and scalars. */
export interface SamplingTime {
  t: tf.Tensor1D;
  sqrtAlphaBar: tf.Scalar;
  sqrtOneMinusAlphaBar: tf.Scalar;
}

/** What Algorithm 2 samples from. X is [B,H,W,3] for images; any shape whose first axis is the batch will do. */
export interface AdjustedField {
  schedule: NoiseSchedule;
  /** ε_θ(x_t, t) with its condition bound. */
  epsilon(xt: tf.Tensor, time: SamplingTime): tf.Tensor;
  /** yᵀ f(x̂0) for each sample: X → [B]. */
  cosine(x0: tf.Tensor): tf.Tensor1D;
  /** κ_t; the paper's λκ unless given. */
  kappa?(t: number): number;
}

/**
 * Algorithm 2: follows the adjusted gradient field from x_T to x_0.
 *
 * @param xT standard normal start values; not disposed
 * @param noise standard normal values of X's shape for one step of `ancestral`; disposed here
 * @param onStep called after each step with the number of steps done
 * @returns x_0, to be disposed by the caller
 */
export async function sample(
  field: AdjustedField,
  options: SamplerOptions,
  xT: tf.Tensor,
  noise: (step: number) => tf.Tensor,
  onStep?: (step: number) => void,
): Promise<tf.Tensor> {
  const { alphaBar, timesteps } = field.schedule;
  const times = stridedTimes(timesteps, options.steps, options.spacing);
  let x = xT.clone();
  for (const [step, t] of times.entries()) {
    const before = t === times[times.length - 1] ? 0 : times[step + 1];
    // Also in the last step, whose variance is 0: it then has the graph of the others.
    const z = options.kind === 'ancestral' ? noise(step) : undefined;
    const next = tf.tidy(() => reverseStep(field, options, x, t, alphaBar[t], alphaBar[before], z));
    tf.dispose([x, z ?? []]);
    x = next;
    await x.data(); // the step boundary: a lazy engine computes here
    onStep?.(step + 1);
  }
  return x;
}

/** One step from t to the time whose ᾱ is `alphaBarBefore`. */
function reverseStep(
  field: AdjustedField,
  options: SamplerOptions,
  xt: tf.Tensor,
  t: number,
  alphaBar: number,
  alphaBarBefore: number,
  z: tf.Tensor | undefined,
): tf.Tensor {
  // Tensors, not numbers: every step then has the same graph.
  const sqrtAlphaBar = tf.scalar(Math.sqrt(alphaBar));
  const sqrtOneMinus = tf.scalar(Math.sqrt(1 - alphaBar));
  const times = tf.fill([xt.shape[0]], 1).mul<tf.Tensor1D>(tf.scalar(t));
  const kappa = field.kappa?.(t) ?? lambdaKappa(t, field.schedule.timesteps);
  const time = { t: times, sqrtAlphaBar, sqrtOneMinusAlphaBar: sqrtOneMinus };
  const { epsilon, score } = scores(field, options, xt, time);
  const g = score?.mul(tf.scalar(options.guidance * kappa));

  // ε̂ = ε_θ - √(1-ᾱ)·g: the noise that the adjusted gradient field predicts
  const adjusted = g === undefined ? epsilon : epsilon.sub(g.mul(sqrtOneMinus));
  if (options.kind === 'ddim') {
    const x0 = clipped(options, xt.sub(adjusted.mul(sqrtOneMinus)).div(sqrtAlphaBar));
    const direction = options.clip ? xt.sub(x0.mul(sqrtAlphaBar)).div(sqrtOneMinus) : adjusted;
    return x0
      .mul(tf.scalar(Math.sqrt(alphaBarBefore)))
      .add(direction.mul(tf.scalar(Math.sqrt(1 - alphaBarBefore))));
  }
  // μ_θ: the posterior mean of q(x_before | x_t, x̂0), then μ_θ + σ²·g + σ·z
  const alpha = alphaBar / alphaBarBefore;
  const variance = ((1 - alphaBarBefore) / (1 - alphaBar)) * (1 - alpha);
  const x0 = clipped(options, xt.sub(epsilon.mul(sqrtOneMinus)).div(sqrtAlphaBar));
  let mean = x0
    .mul(tf.scalar((Math.sqrt(alphaBarBefore) * (1 - alpha)) / (1 - alphaBar)))
    .add(xt.mul(tf.scalar((Math.sqrt(alpha) * (1 - alphaBarBefore)) / (1 - alphaBar))));
  if (g !== undefined) mean = mean.add(g.mul(tf.scalar(variance)));
  return z === undefined ? mean : mean.add(z.mul(tf.scalar(Math.sqrt(variance))));
}

const clipped = (options: SamplerOptions, x0: tf.Tensor): tf.Tensor =>
  options.clip ? x0.clipByValue(-1, 1) : x0;

/** ε_θ(x_t) and, unless w = 0, the gradient ∇_{x_t} Σ_b yᵀf(x̂0(x_t)), both of X's shape. */
function scores(
  field: AdjustedField,
  options: SamplerOptions,
  xt: tf.Tensor,
  time: SamplingTime,
): { epsilon: tf.Tensor; score?: tf.Tensor } {
  if (options.guidance === 0) return { epsilon: field.epsilon(xt, time) };
  const predictX0 = (x: tf.Tensor, epsilon: tf.Tensor) =>
    x.sub(epsilon.mul(time.sqrtOneMinusAlphaBar)).div(time.sqrtAlphaBar);
  if (options.gradient === 'stopped') {
    const epsilon = field.epsilon(xt, time);
    const score = tf.grad((x) => field.cosine(predictX0(x, epsilon)).sum())(xt);
    return { epsilon, score };
  }
  let kept: tf.Tensor | undefined;
  const score = tf.grad((x) => {
    const epsilon = field.epsilon(x, time);
    kept = tf.keep(epsilon.clone());
    return field.cosine(predictX0(x, epsilon)).sum();
  })(xt);
  const epsilon = kept!.clone(); // belongs to the caller's tidy
  kept!.dispose();
  return { epsilon, score };
}
