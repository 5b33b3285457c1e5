import * as tf from '@tensorflow/tfjs-core';

// The diffusion's maths, formula by formula, in the order of the paper (ID³, arXiv 2409.17576). The sampler that follows from it,
// Algorithm 2, is in sampler.ts. X stands for any shape whose first axis is the batch: [B,H,W,3] for images.

// The forward process: q(x_t|x0) = N(√ᾱ_t x0, (1-ᾱ_t) I), t = 1..T.

/** How ᾱ falls from 1 to 0: `linear` in β (Ho et al. 2020) or `cosine` in √ᾱ (Nichol & Dhariwal 2021). */
export type ScheduleKind = 'linear' | 'cosine';

/** ᾱ for every time of the forward process. */
export interface NoiseSchedule {
  /** T, the number of steps. */
  readonly timesteps: number;
  /** ᾱ_t for t = 0..T; ᾱ_0 = 1. */
  readonly alphaBar: Float64Array;
}

/**
 * ᾱ_t = Π (1-β_t). `linear` scales DDPM's β (1e-4 to 0.02 at T = 1000) so that ᾱ_T does
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

/** √ᾱ_t and √(1-ᾱ_t), each of a shape that broadcasts against x_t. */
export interface NoiseFactors {
  readonly sqrtAlphaBar: tf.Tensor;
  readonly sqrtOneMinusAlphaBar: tf.Tensor;
}

/** x_t = √ᾱ_t x0 + √(1-ᾱ_t) ε: X. */
export const addNoise = <X extends tf.Tensor>(x0: X, noise: X, time: NoiseFactors): X =>
  x0.mul<X>(time.sqrtAlphaBar).add<X>(noise.mul(time.sqrtOneMinusAlphaBar));

// What the network tells of x0 and ε.

/** x̂0 = (x_t - √(1-ᾱ_t) ε_θ)/√ᾱ_t: X. */
export const predictX0 = <X extends tf.Tensor>(xt: X, epsilon: tf.Tensor, time: NoiseFactors): X =>
  xt.sub<X>(epsilon.mul(time.sqrtOneMinusAlphaBar)).div<X>(time.sqrtAlphaBar);

/** ε_θ = (x_t - √ᾱ_t x̂0)/√(1-ᾱ_t): X. The inverse of {@link predictX0}. */
export const predictNoise = <X extends tf.Tensor>(xt: X, x0: tf.Tensor, time: NoiseFactors): X =>
  xt.sub<X>(x0.mul(time.sqrtAlphaBar)).div<X>(time.sqrtOneMinusAlphaBar);

/**
 * What the network's output stands for: the noise ε (Ho et al. 2020), or x̂0, from which ε_θ follows. A small network need not
 * carry the noise through to its output to tell x̂0, so it needs far less training.
 */
export type Prediction = 'epsilon' | 'x0';

/** ε_θ(x_t) from the network's output: X. */
export const epsilonOf = <X extends tf.Tensor>(
  prediction: Prediction,
  output: X,
  xt: X,
  time: NoiseFactors,
): X => (prediction === 'epsilon' ? output : predictNoise(xt, output, time));

// The ID-preserving loss: Algorithm 1, Eq. 3.

/**
 * λ_t κ_t = ½·(1 - 1/(1 + exp(-t/T))), the weight of the inner-product term in the paper's
 * experiments: 0.25 at t = 0 falling to 0.134 at t = T. *Our reading* of a formula whose signs
 * were damaged in the text we have.
 */
export const lambdaKappa = (t: number, timesteps: number): number =>
  0.5 * (1 - 1 / (1 + Math.exp(-t / timesteps)));

/** The numbers of a batch that depend on t, computed in double precision. */
export type TimeTensors = {
  /** [B] */
  t: tf.Tensor1D;
  /** [B,1,…], of X's rank. */
  sqrtAlphaBar: tf.Tensor;
  sqrtOneMinusAlphaBar: tf.Tensor;
  /** [B] */
  lambdaKappa: tf.Tensor1D;
  /** 1 where t = 1 (the reconstruction term), else 0: [B]. */
  isFirst: tf.Tensor1D;
};

/** Looks up what a batch with times `t` (each in 1..T) needs of the schedule; `rank` is that of X. */
export function timeTensors(schedule: NoiseSchedule, t: Int32Array, rank = 4): TimeTensors {
  const shape = [t.length, ...Array.from({ length: rank - 1 }, () => 1)];
  const column = (f: (time: number) => number) => tf.tensor(Array.from(t, f), shape);
  const { alphaBar, timesteps } = schedule;
  return {
    t: tf.tensor1d(Float32Array.from(t)),
    sqrtAlphaBar: column((time) => Math.sqrt(alphaBar[time])),
    sqrtOneMinusAlphaBar: column((time) => Math.sqrt(1 - alphaBar[time])),
    lambdaKappa: tf.tensor1d(Array.from(t, (time) => lambdaKappa(time, timesteps))),
    isFirst: tf.tensor1d(Array.from(t, (time) => (time === 1 ? 1 : 0))),
  };
}

/** The largest weight of ‖x0 - x̂0‖² (min-SNR weighting, Hang et al. 2023, whose γ is 5 too). */
const MAX_WEIGHT = 5;

/** min(1/(1-ᾱ), 5): [B]. Without the cut it would weight x̂0 as the error of v does (Salimans & Ho 2022). */
const weightOfX0 = ({ sqrtOneMinusAlphaBar }: NoiseFactors): tf.Tensor1D =>
  tf.minimum(sqrtOneMinusAlphaBar.square().reciprocal(), MAX_WEIGHT).flatten();

/** What the loss of a batch is computed from. */
export interface LossInputs<X extends tf.Tensor> {
  /** The denoising network with its condition bound: (x_t, t) → ε_θ, or x̂0 where `prediction` says so. */
  network(xt: X, t: tf.Tensor1D): X;
  prediction: Prediction;
  /** f, onto the unit sphere: X → [B,d]. Absent: there is no inner-product term. */
  embed?(images: X): tf.Tensor2D;
  x0: X;
  /** ε, standard normal: X. */
  noise: X;
  /** The embeddings that condition the network: [B,d] on the unit sphere. */
  y: tf.Tensor2D;
  time: TimeTensors;
}

/** The terms of a batch's loss for each of its images. */
export interface LossTerms {
  /** ‖ε - ε_θ‖², or ‖x0 - x̂0‖² · min(1/(1-ᾱ), 5), averaged over the image's values: [B]. */
  noise: tf.Tensor1D;
  /** yᵀ f(x̂0(x_t)), a cosine: [B]. 0 without f. */
  cosine: tf.Tensor1D;
}

/** The terms of Eq. 3, image by image. */
export function lossTerms<X extends tf.Tensor>(inputs: LossInputs<X>): LossTerms {
  const { network, prediction, embed, x0, noise, y, time } = inputs;
  const xt = addNoise(x0, noise, time);
  const output = network(xt, time.t);
  const axes = x0.shape.map((_, axis) => axis).slice(1);
  const error = tf.squaredDifference(prediction === 'epsilon' ? noise : x0, output).mean<tf.Tensor1D>(axes);
  const squaredError = prediction === 'epsilon' ? error : error.mul<tf.Tensor1D>(weightOfX0(time));
  const epsilon = epsilonOf(prediction, output, xt, time);
  const cosine =
    embed === undefined
      ? tf.zerosLike(squaredError)
      : embed(predictX0(xt, epsilon, time))
          .mul(y)
          .sum<tf.Tensor1D>(1);
  return { noise: squaredError, cosine };
}

/** A batch's loss and its parts; `loss` = `noise` + `reconstruction` + `identity`. */
export interface IdPreservingLoss {
  loss: tf.Scalar;
  /** The denoising term (t ≥ 2). */
  noise: tf.Scalar;
  /** The one-step reconstruction term (t = 1). */
  reconstruction: tf.Scalar;
  /** -weight·λκ·yᵀf(x̂0). */
  identity: tf.Scalar;
  /** Mean of yᵀf(x̂0) over the batch. */
  cosine: tf.Scalar;
}

/**
 * Eq. 3, as means over the batch. In DDPM's simple form, with t uniform in 1..T, the denoising and the
 * reconstruction term are one squared error of the noise. It is averaged, not summed, over an
 * image's values, which sets its size against λκ (*our reading*: the paper does not say).
 */
export function idPreservingLoss(terms: LossTerms, time: TimeTensors, idWeight: number): IdPreservingLoss {
  const reconstruction = terms.noise.mul(time.isFirst).mean<tf.Scalar>();
  const noise = terms.noise.mul(tf.sub(1, time.isFirst)).mean<tf.Scalar>();
  const identity = terms.cosine.mul(time.lambdaKappa).mean<tf.Scalar>().mul<tf.Scalar>(-idWeight);
  const loss = noise.add<tf.Scalar>(reconstruction).add<tf.Scalar>(identity);
  return { loss, noise, reconstruction, identity, cosine: terms.cosine.mean() };
}

// The reverse process: Algorithm 2.

/**
 * ε̂ = ε_θ - √(1-ᾱ_t)·g: the noise that the adjusted gradient field -ε_θ/√(1-ᾱ_t) + g predicts, where
 * g = w·κ_t ∇_{x_t}[yᵀf(x̂0(x_t))] is the weighted reversed likelihood score: X.
 */
export const adjustedNoise = (epsilon: tf.Tensor, g: tf.Tensor, time: NoiseFactors): tf.Tensor =>
  epsilon.sub(g.mul(time.sqrtOneMinusAlphaBar));

/**
 * Of q(x_s | x_t, x̂0), s < t: the factors of its mean and its variance (Ho et al. 2020, Eq. 7).
 *
 * @param alphaBar ᾱ_t
 * @param alphaBarBefore ᾱ_s
 */
export function posterior(
  alphaBar: number,
  alphaBarBefore: number,
): { x0Factor: number; xtFactor: number; variance: number } {
  const alpha = alphaBar / alphaBarBefore;
  return {
    x0Factor: (Math.sqrt(alphaBarBefore) * (1 - alpha)) / (1 - alphaBar),
    xtFactor: (Math.sqrt(alpha) * (1 - alphaBarBefore)) / (1 - alphaBar),
    variance: ((1 - alphaBarBefore) / (1 - alphaBar)) * (1 - alpha),
  };
}
