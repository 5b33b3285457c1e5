import * as tf from '@tensorflow/tfjs-core';
import { lambdaKappa, type NoiseSchedule } from './schedule.ts';

/**
 * What the network's output stands for: the noise ε (Ho et al. 2020), or x̂0, from which ε_θ follows. A small network need not
 * carry the noise through to its output to tell x̂0, so it needs far less training.
 */
export type Prediction = 'epsilon' | 'x0';

/** ε_θ(x_t) from the network's output. The factors broadcast against x_t. */
export const epsilonOf = (
  prediction: Prediction,
  output: tf.Tensor,
  xt: tf.Tensor,
  { sqrtAlphaBar, sqrtOneMinusAlphaBar }: { sqrtAlphaBar: tf.Tensor; sqrtOneMinusAlphaBar: tf.Tensor },
): tf.Tensor =>
  prediction === 'epsilon' ? output : xt.sub(output.mul(sqrtAlphaBar)).div(sqrtOneMinusAlphaBar);

/** The largest weight of ‖x0 - x̂0‖² (min-SNR weighting, Hang et al. 2023, whose γ is 5 too). */
const MOST_WEIGHT = 5;

/** One term of a batch's loss for each of its images. */
export interface LossTerms {
  /** ‖ε - ε_θ‖², or ‖x0 - x̂0‖² · min(1/(1-ᾱ), 5), averaged over the image's values: [B]. */
  noise: tf.Tensor1D;
  /** yᵀ f(x̂0(x_t)), a cosine: [B]. */
  cosine: tf.Tensor1D;
}

/** The numbers of a batch that depend on t, computed in double precision: each [B,1,1,1] or [B]. */
export type TimeTensors = {
  t: tf.Tensor1D;
  sqrtAlphaBar: tf.Tensor4D;
  sqrtOneMinusAlphaBar: tf.Tensor4D;
  lambdaKappa: tf.Tensor1D;
  /** 1 where t = 1 (the reconstruction term), else 0. */
  isFirst: tf.Tensor1D;
};

/** Looks up what a batch with times `t` (each in 1..T) needs of the schedule. */
export function timeTensors(schedule: NoiseSchedule, t: Int32Array): TimeTensors {
  const column = (f: (time: number) => number) => tf.tensor4d(Array.from(t, f), [t.length, 1, 1, 1]);
  const { alphaBar, timesteps } = schedule;
  return {
    t: tf.tensor1d(Float32Array.from(t)),
    sqrtAlphaBar: column((time) => Math.sqrt(alphaBar[time])),
    sqrtOneMinusAlphaBar: column((time) => Math.sqrt(1 - alphaBar[time])),
    lambdaKappa: tf.tensor1d(Array.from(t, (time) => lambdaKappa(time, timesteps))),
    isFirst: tf.tensor1d(Array.from(t, (time) => (time === 1 ? 1 : 0))),
  };
}

/** x_t = √ᾱ_t x0 + √(1-ᾱ_t) ε: [B,H,W,3]. */
export const addNoise = (x0: tf.Tensor4D, noise: tf.Tensor4D, time: TimeTensors): tf.Tensor4D =>
  x0.mul<tf.Tensor4D>(time.sqrtAlphaBar).add(noise.mul(time.sqrtOneMinusAlphaBar));

/** x̂0 = (x_t - √(1-ᾱ_t) ε_θ)/√ᾱ_t: [B,H,W,3]. */
export const predictX0 = (xt: tf.Tensor4D, epsilon: tf.Tensor4D, time: TimeTensors): tf.Tensor4D =>
  xt.sub<tf.Tensor4D>(epsilon.mul(time.sqrtOneMinusAlphaBar)).div(time.sqrtAlphaBar);

/**
 * The terms of the ID-preserving loss (Algorithm 1, Eq. 3).
 *
 * @param network the denoising network with its condition bound: (x_t, t) → ε_θ, or x̂0 where `prediction` says so
 * @param embed f, onto the unit sphere: [B,H,W,3] → [B,d]
 * @param y the embeddings that condition the network: [B,d] on the unit sphere
 */
export function lossTerms(
  network: (xt: tf.Tensor4D, t: tf.Tensor1D) => tf.Tensor4D,
  prediction: Prediction,
  embed: ((images: tf.Tensor4D) => tf.Tensor2D) | undefined,
  x0: tf.Tensor4D,
  noise: tf.Tensor4D,
  y: tf.Tensor2D,
  time: TimeTensors,
): LossTerms {
  const xt = addNoise(x0, noise, time);
  const output = network(xt, time.t);
  const error = tf
    .squaredDifference(prediction === 'epsilon' ? noise : x0, output)
    .mean<tf.Tensor1D>([1, 2, 3]);
  const squaredError = prediction === 'epsilon' ? error : error.mul<tf.Tensor1D>(weightOfX0(time));
  const epsilon = epsilonOf(prediction, output, xt, time) as tf.Tensor4D;
  const cosine =
    embed === undefined
      ? tf.zerosLike(squaredError)
      : embed(predictX0(xt, epsilon, time))
          .mul(y)
          .sum<tf.Tensor1D>(1);
  return { noise: squaredError, cosine };
}

/** min(1/(1-ᾱ), 5): [B]. Without the cut it would weight x̂0 as the error of v does (Salimans & Ho 2022). */
const weightOfX0 = ({ sqrtOneMinusAlphaBar }: TimeTensors): tf.Tensor1D =>
  tf.minimum(sqrtOneMinusAlphaBar.square().reciprocal(), MOST_WEIGHT).flatten();

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
 * Means over the batch. In DDPM's simple form, with t uniform in 1..T, the denoising and the
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
