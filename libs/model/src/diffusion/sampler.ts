import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { compileStep } from '@id3/engine';
import { withAside } from '../optim/gradients.ts';
import {
  addNoise,
  adjustedNoise,
  lambdaKappa,
  posterior,
  predictNoise,
  predictX0,
  type NoiseSchedule,
} from './equations.ts';

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

/** How the times of a strided sampler lie: `uniform`, or `quadratic` with most of them near t = 0 (Song et al. 2021, D.2). */
export type Spacing = SamplerOptions['spacing'];

/** `steps` of the times 1..T in falling order, beginning with T; all of them where steps = T. */
export const stridedTimes = (timesteps: number, steps: number, spacing: Spacing): number[] =>
  Array.from({ length: steps }, (_, i) => {
    const share = (steps - i) / steps;
    // At least the number of the times that follow, so that each differs.
    return Math.max(steps - i, Math.round(timesteps * (spacing === 'quadratic' ? share ** 2 : share)));
  });

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
  const { x0Factor, xtFactor, variance } = posterior(alphaBar, alphaBarBefore);
  return {
    sqrtAlphaBar: tf.scalar(Math.sqrt(alphaBar)),
    sqrtOneMinusAlphaBar: tf.scalar(Math.sqrt(1 - alphaBar)),
    sqrtAlphaBarBefore: tf.scalar(Math.sqrt(alphaBarBefore)),
    sqrtOneMinusAlphaBarBefore: tf.scalar(Math.sqrt(1 - alphaBarBefore)),
    /** wκ_t. */
    guidance: tf.scalar(guidance),
    x0Factor: tf.scalar(x0Factor),
    xtFactor: tf.scalar(xtFactor),
    variance: tf.scalar(variance),
    deviation: tf.scalar(Math.sqrt(variance)),
  };
}

/** One step of the reverse process, from t to the time before it. */
function reverseStep<C extends tf.NamedTensorMap>(
  field: AdjustedField<C>,
  options: SamplerOptions,
  inputs: StepInputs & C,
): tf.Tensor {
  const { x: xt, z } = inputs;
  const { epsilon, score } = scores(field, options, inputs);
  const clipped = (x0: tf.Tensor) => (options.clip ? x0.clipByValue(-1, 1) : x0);

  // The weighted reversed likelihood score.
  const g = score?.mul(inputs.guidance);

  if (options.kind === 'ddim') {
    // Where the adjusted gradient field points: x̂0 and the noise that leads away from it.
    const noise = g === undefined ? epsilon : adjustedNoise(epsilon, g, inputs);
    const x0 = clipped(predictX0(xt, noise, inputs));
    const direction = options.clip ? predictNoise(xt, x0, inputs) : noise;
    // The forward process again, to the time before.
    return addNoise(x0, direction, {
      sqrtAlphaBar: inputs.sqrtAlphaBarBefore,
      sqrtOneMinusAlphaBar: inputs.sqrtOneMinusAlphaBarBefore,
    });
  }
  // The mean μ_θ of q(x_before | x_t, x̂0),
  const x0 = clipped(predictX0(xt, epsilon, inputs));
  let mean = x0.mul(inputs.x0Factor).add(xt.mul(inputs.xtFactor));
  // moved along the score by σ²·g,
  if (g !== undefined) mean = mean.add(g.mul(inputs.variance));
  // and noise σ·z.
  return z === undefined ? mean : mean.add(z.mul(inputs.deviation));
}

/** ε_θ(x_t) and, unless w = 0, the gradient ∇_{x_t} Σ_b yᵀf(x̂0(x_t)), both of X's shape. */
function scores<C extends tf.NamedTensorMap>(
  field: AdjustedField<C>,
  options: SamplerOptions,
  inputs: StepInputs & C,
): { epsilon: tf.Tensor; score?: tf.Tensor } {
  const { x: xt } = inputs;
  if (options.guidance === 0) return { epsilon: field.epsilon(xt, inputs, inputs) };
  const cosines = (x: tf.Tensor, epsilon: tf.Tensor) =>
    field.cosine(predictX0(x, epsilon, inputs), inputs).sum();
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
