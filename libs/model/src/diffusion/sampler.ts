import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { compileStep } from '@id3/engine';
import { withAside } from '../optim/gradients.ts';
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

/**
 * What Algorithm 2 samples from. X is [B,H,W,3] for images; any shape whose first axis is the batch will do. C holds
 * the condition of each sample, such as y and s.
 */
export interface AdjustedField<C extends tf.NamedTensorMap = tf.NamedTensorMap> {
  schedule: NoiseSchedule;
  /** ε_θ(x_t, t | condition). */
  epsilon(xt: tf.Tensor, time: SamplingTime, condition: C): tf.Tensor;
  /** yᵀ f(x̂0) for each sample: X → [B]. */
  cosine(x0: tf.Tensor, condition: C): tf.Tensor1D;
  /** κ_t; the paper's λκ unless given. */
  kappa?(t: number): number;
}

/** Algorithm 2 for one field; see {@link makeSampler}. */
export type Sampler<C extends tf.NamedTensorMap> = (
  xT: tf.Tensor,
  condition: C,
  noise: (step: number) => tf.Tensor,
  onStep?: (step: number) => void,
) => Promise<tf.Tensor>;

/**
 * Algorithm 2: follows the adjusted gradient field from x_T to x_0. The step is compiled once for all calls of the
 * sampler that is returned, whose arguments are
 * - `xT`: standard normal start values; not disposed
 * - `condition`: of each sample; not disposed
 * - `noise`: standard normal values of X's shape for one step of `ancestral`; disposed here
 * - `onStep`: called after each step with the number of steps done
 *
 * and whose result, x_0, is to be disposed by the caller.
 */
export function makeSampler<C extends tf.NamedTensorMap>(
  field: AdjustedField<C>,
  options: SamplerOptions,
): Sampler<C> {
  const { alphaBar, timesteps } = field.schedule;
  const times = stridedTimes(timesteps, options.steps, options.spacing);
  const step = compileStep((inputs: StepInputs & C) => ({ next: reverseStep(field, options, inputs) }));
  return async (xT, condition, noise, onStep) => {
    let x = xT.clone();
    for (const [done, t] of times.entries()) {
      const before = t === times[times.length - 1] ? 0 : times[done + 1];
      const kappa = field.kappa?.(t) ?? lambdaKappa(t, timesteps);
      const changing = {
        x,
        t: tf.tensor1d(new Float32Array(x.shape[0]).fill(t)),
        // Also in the last step, whose variance is 0: it then has the graph of the others.
        ...(options.kind === 'ancestral' ? { z: noise(done) } : {}),
        ...coefficients(alphaBar[t], alphaBar[before], options.guidance * kappa),
      };
      const { next } = step({ ...condition, ...changing });
      tf.dispose(changing);
      x = next;
      await x.data(); // the step boundary: a lazy engine computes here
      onStep?.(done + 1);
    }
    return x;
  };
}

/** What changes from step to step. */
type StepInputs = Coefficients & {
  x: tf.Tensor;
  t: tf.Tensor1D;
  /** Standard normal values, for `ancestral`. */
  z?: tf.Tensor;
};

type Coefficients = ReturnType<typeof coefficients>;

/** The scalars of a step between two times of the schedule, computed in double precision. */
function coefficients(alphaBar: number, alphaBarBefore: number, guidance: number) {
  const alpha = alphaBar / alphaBarBefore;
  const variance = ((1 - alphaBarBefore) / (1 - alphaBar)) * (1 - alpha);
  const numbers = {
    sqrtAlphaBar: Math.sqrt(alphaBar),
    sqrtOneMinusAlphaBar: Math.sqrt(1 - alphaBar),
    sqrtAlphaBarBefore: Math.sqrt(alphaBarBefore),
    sqrtOneMinusAlphaBarBefore: Math.sqrt(1 - alphaBarBefore),
    /** wκ_t. */
    guidance,
    /** Of q(x_before | x_t, x̂0): the factors of its mean, and its variance. */
    x0Factor: (Math.sqrt(alphaBarBefore) * (1 - alpha)) / (1 - alphaBar),
    xtFactor: (Math.sqrt(alpha) * (1 - alphaBarBefore)) / (1 - alphaBar),
    variance,
    deviation: Math.sqrt(variance),
  };
  type Scalars = Record<keyof typeof numbers, tf.Scalar>;
  return Object.fromEntries(Object.entries(numbers).map(([name, x]) => [name, tf.scalar(x)])) as Scalars;
}

/** One step of the reverse process. */
function reverseStep<C extends tf.NamedTensorMap>(
  field: AdjustedField<C>,
  options: SamplerOptions,
  inputs: StepInputs & C,
): tf.Tensor {
  const { x: xt, z, sqrtAlphaBar, sqrtOneMinusAlphaBar } = inputs;
  const { epsilon, score } = scores(field, options, inputs);
  const g = score?.mul(inputs.guidance);

  // ε̂ = ε_θ - √(1-ᾱ)·g: the noise that the adjusted gradient field predicts
  const adjusted = g === undefined ? epsilon : epsilon.sub(g.mul(sqrtOneMinusAlphaBar));
  if (options.kind === 'ddim') {
    const x0 = clipped(options, xt.sub(adjusted.mul(sqrtOneMinusAlphaBar)).div(sqrtAlphaBar));
    const direction = options.clip ? xt.sub(x0.mul(sqrtAlphaBar)).div(sqrtOneMinusAlphaBar) : adjusted;
    return x0.mul(inputs.sqrtAlphaBarBefore).add(direction.mul(inputs.sqrtOneMinusAlphaBarBefore));
  }
  // μ_θ + σ²·g + σ·z
  const x0 = clipped(options, xt.sub(epsilon.mul(sqrtOneMinusAlphaBar)).div(sqrtAlphaBar));
  let mean = x0.mul(inputs.x0Factor).add(xt.mul(inputs.xtFactor));
  if (g !== undefined) mean = mean.add(g.mul(inputs.variance));
  return z === undefined ? mean : mean.add(z.mul(inputs.deviation));
}

const clipped = (options: SamplerOptions, x0: tf.Tensor): tf.Tensor =>
  options.clip ? x0.clipByValue(-1, 1) : x0;

/** ε_θ(x_t) and, unless w = 0, the gradient ∇_{x_t} Σ_b yᵀf(x̂0(x_t)), both of X's shape. */
function scores<C extends tf.NamedTensorMap>(
  field: AdjustedField<C>,
  options: SamplerOptions,
  inputs: StepInputs & C,
): { epsilon: tf.Tensor; score?: tf.Tensor } {
  const { x: xt, sqrtAlphaBar, sqrtOneMinusAlphaBar } = inputs;
  if (options.guidance === 0) return { epsilon: field.epsilon(xt, inputs, inputs) };
  const cosines = (x: tf.Tensor, epsilon: tf.Tensor) =>
    field.cosine(x.sub(epsilon.mul(sqrtOneMinusAlphaBar)).div(sqrtAlphaBar), inputs).sum();
  if (options.gradient === 'stopped') {
    const epsilon = field.epsilon(xt, inputs, inputs);
    return { epsilon, score: tf.grad((x) => cosines(x, epsilon))(xt) };
  }
  const { result: score, aside: epsilon } = withAside((setAside: (epsilon: tf.Tensor) => void) =>
    tf.grad((x) => {
      const noise = field.epsilon(x, inputs, inputs);
      setAside(noise);
      return cosines(x, noise);
    })(xt),
  );
  return { epsilon, score };
}
