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

/** ε_θ = (x_t - √ᾱ_t x̂0)/√(1-ᾱ_t): X. */
export const predictNoise = <X extends tf.Tensor>(xt: X, x0: tf.Tensor, time: NoiseFactors): X =>
  xt.sub<X>(x0.mul(time.sqrtAlphaBar)).div<X>(time.sqrtOneMinusAlphaBar);

export const predictions = ['epsilon', 'x0', 'v', 'edm'] as const;
/**
 * What the network's output F stands for: the noise ε (Ho et al. 2020); x̂0; the velocity v = √ᾱ ε - √(1-ᾱ) x0 (Salimans & Ho
 * 2022); or what EDM's preconditioning asks of it (Karras et al. 2022, Table 1). With `v` and `edm` x̂0 is a share of x_t plus
 * what F adds: at little noise the network need not copy its input to tell x̂0.
 */
export type Prediction = (typeof predictions)[number];

/** x̂0 = skip·x_t + output·F(input·x_t, time), and the weight of F's squared error in the loss. */
export interface Reading {
  readonly input: number;
  readonly skip: number;
  readonly output: number;
  /** What the network is told of t. */
  readonly time: number;
  readonly weight: number;
}

/** The standard deviation of the pixels that `edm` supposes, as published. */
const SIGMA_DATA = 0.5;
/** EDM's c_noise is ¼·ln σ for a network of its own; ours has sinusoids made for times up to 1000. */
const EDM_TIME_SCALE = 100;
/** The largest weight of ‖x0 - x̂0‖² (min-SNR weighting, Hang et al. 2023, whose γ is 5 too). */
const MAX_WEIGHT = 5;

/**
 * How the output of the network is read at ᾱ_t < 1. EDM writes its coefficients for x_t/√ᾱ_t = x0 + σε, σ² = (1-ᾱ)/ᾱ; here they are
 * for x_t. `v` is the same with σ_data = 1 and F = -v. The weight is 1, but for `x0`: min(1/(1-ᾱ), 5), which without the cut
 * would weight x̂0 as the error of v does.
 */
export function readingOf(prediction: Prediction, alphaBar: number, t: number): Reading {
  const [signal, noise] = [Math.sqrt(alphaBar), Math.sqrt(1 - alphaBar)];
  switch (prediction) {
    case 'epsilon':
      return { input: 1, skip: 1 / signal, output: -noise / signal, time: t, weight: 1 };
    case 'x0':
      return { input: 1, skip: 0, output: 1, time: t, weight: Math.min(1 / (1 - alphaBar), MAX_WEIGHT) };
    case 'v':
      return { input: 1, skip: signal, output: -noise, time: t, weight: 1 };
    case 'edm': {
      const variance = 1 - alphaBar + SIGMA_DATA ** 2 * alphaBar;
      return {
        input: 1 / Math.sqrt(variance),
        skip: (SIGMA_DATA ** 2 * signal) / variance,
        output: (SIGMA_DATA * noise) / Math.sqrt(variance),
        time: EDM_TIME_SCALE * Math.log(noise / signal),
        weight: 1,
      };
    }
  }
}

/** The numbers of a {@link Reading} as tensors that broadcast against x_t; `time` [B]. */
export interface ReadingTensors {
  readonly input: tf.Tensor;
  readonly skip: tf.Tensor;
  readonly output: tf.Tensor;
  readonly networkTime: tf.Tensor1D;
}

/** x̂0 = skip·x_t + output·F: X. */
export const readX0 = <X extends tf.Tensor>(
  network: (input: X, time: tf.Tensor1D) => X,
  xt: X,
  { input, skip, output, networkTime }: ReadingTensors,
): X => xt.mul<X>(skip).add<X>(network(xt.mul<X>(input), networkTime).mul(output));

// The ID-preserving loss: Algorithm 1, Eq. 3.

/**
 * λ_t κ_t = ½·(1 - 1/(1 + exp(-t/T))), the weight of the inner-product term in the paper's
 * experiments: 0.25 at t = 0 falling to 0.134 at t = T. *Our reading* of a formula whose signs
 * were damaged in the text we have.
 */
export const lambdaKappa = (t: number, timesteps: number): number =>
  0.5 * (1 - 1 / (1 + Math.exp(-t / timesteps)));

/** The numbers of a batch that depend on t, computed in double precision; columns are [B,1,…], of X's rank. */
export type TimeTensors = {
  sqrtAlphaBar: tf.Tensor;
  sqrtOneMinusAlphaBar: tf.Tensor;
  /** How the network's output is read; see {@link Reading}. */
  input: tf.Tensor;
  skip: tf.Tensor;
  output: tf.Tensor;
  /** [B] */
  networkTime: tf.Tensor1D;
  /** 1/output and -skip/output: F should be x0·perX0 + x_t·perXt. */
  perX0: tf.Tensor;
  perXt: tf.Tensor;
  /** [B] */
  weight: tf.Tensor1D;
  /** [B] */
  lambdaKappa: tf.Tensor1D;
  /** 1 where t = 1 (the reconstruction term), else 0: [B]. */
  isFirst: tf.Tensor1D;
};

/** Looks up what a batch with times `t` (each in 1..T) needs of the schedule; `rank` is that of X. */
export function timeTensors(
  { alphaBar, timesteps }: NoiseSchedule,
  prediction: Prediction,
  t: Int32Array,
  rank = 4,
): TimeTensors {
  const shape = [t.length, ...Array.from({ length: rank - 1 }, () => 1)];
  const times = Array.from(t, (time) => ({
    time,
    alphaBar: alphaBar[time],
    reading: readingOf(prediction, alphaBar[time], time),
  }));
  type Time = (typeof times)[number];
  const row = (f: (time: Time) => number) => tf.tensor1d(times.map(f));
  const column = (f: (time: Time) => number) => tf.tensor(times.map(f), shape);
  return {
    sqrtAlphaBar: column((time) => Math.sqrt(time.alphaBar)),
    sqrtOneMinusAlphaBar: column((time) => Math.sqrt(1 - time.alphaBar)),
    input: column(({ reading }) => reading.input),
    skip: column(({ reading }) => reading.skip),
    output: column(({ reading }) => reading.output),
    networkTime: row(({ reading }) => reading.time),
    perX0: column(({ reading }) => 1 / reading.output),
    perXt: column(({ reading }) => -reading.skip / reading.output),
    weight: row(({ reading }) => reading.weight),
    lambdaKappa: row(({ time }) => lambdaKappa(time, timesteps)),
    isFirst: row(({ time }) => (time === 1 ? 1 : 0)),
  };
}

/** What the loss of a batch is computed from. */
export interface LossInputs<X extends tf.Tensor> {
  /** The denoising network with its condition bound: F(input·x_t, time). */
  network(input: X, time: tf.Tensor1D): X;
  /** f, onto the unit sphere: X → [B,d]. Absent: there is no inner-product term. */
  embed?(images: X): tf.Tensor2D;
  x0: X;
  /** ε, standard normal: X. */
  noise: X;
  /** The embeddings that the images should have: [B,d] on the unit sphere. */
  y: tf.Tensor2D;
  time: TimeTensors;
}

/** The terms of a batch's loss for each of its images. */
export interface LossTerms {
  /** The weighted squared error of F, averaged over the image's values: [B]. With `epsilon` it is ‖ε - ε_θ‖². */
  noise: tf.Tensor1D;
  /** yᵀ f(x̂0(x_t)), a cosine: [B]. 0 without f. */
  cosine: tf.Tensor1D;
}

/** The terms of Eq. 3, image by image. */
export function lossTerms<X extends tf.Tensor>(inputs: LossInputs<X>): LossTerms {
  const { network, embed, x0, noise, y, time } = inputs;
  const xt = addNoise(x0, noise, time);
  const F = network(xt.mul<X>(time.input), time.networkTime);
  const axes = x0.shape.map((_, axis) => axis).slice(1);
  const target = x0.mul(time.perX0).add(xt.mul(time.perXt));
  const squaredError = tf.squaredDifference(target, F).mean<tf.Tensor1D>(axes).mul<tf.Tensor1D>(time.weight);
  const cosine =
    embed === undefined
      ? tf.zerosLike(squaredError)
      : embed(xt.mul<X>(time.skip).add<X>(F.mul(time.output)))
          .mul(y)
          .sum<tf.Tensor1D>(1);
  return { noise: squaredError, cosine };
}

/**
 * How the denoising term sums up an image's errors, which sets its size against λκ; the paper does not say, so both are *our readings*.
 * `sum` is the bound's; in the loss the identity term is then divided by the number of values instead, so that gradients keep their size.
 */
export type Reduction = 'mean' | 'sum';

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
 * reconstruction term are one squared error.
 *
 * @param idWeight the factor of λκ, divided by an image's number of values where the {@link Reduction} is `sum`
 */
export function idPreservingLoss(terms: LossTerms, time: TimeTensors, idWeight: number): IdPreservingLoss {
  const reconstruction = terms.noise.mul(time.isFirst).mean<tf.Scalar>();
  const noise = terms.noise.mul(tf.sub(1, time.isFirst)).mean<tf.Scalar>();
  const identity = terms.cosine.mul(time.lambdaKappa).mean<tf.Scalar>().mul<tf.Scalar>(-idWeight);
  const loss = noise.add<tf.Scalar>(reconstruction).add<tf.Scalar>(identity);
  return { loss, noise, reconstruction, identity, cosine: terms.cosine.mean() };
}

/**
 * ‖∂L/∂x̂0‖ of the batch's denoising terms. F's error e is x̂0's divided by `output`, so the squared norm is
 * Σ_b (2·weight/(B·N·output))²·Σ_n e² with N values an image: a scalar.
 */
export function denoisingGradient(
  { noise }: LossTerms,
  time: TimeTensors,
  valuesPerImage: number,
): tf.Scalar {
  const batch = noise.shape[0];
  const perImage = noise.mul(time.weight).div(time.output.flatten().square());
  return perImage
    .sum<tf.Scalar>()
    .sqrt<tf.Scalar>()
    .mul<tf.Scalar>(2 / (batch * Math.sqrt(valuesPerImage)));
}

// The reverse process: Algorithm 2.

/**
 * The x̂0 that the adjusted gradient field -ε_θ/√(1-ᾱ_t) + g points to, where g = w·κ_t ∇_{x_t}[yᵀf(x̂0(x_t))] is the weighted reversed
 * likelihood score: its noise is ε̂ = ε_θ - √(1-ᾱ_t)·g, so x̂0 moves by g·(1-ᾱ_t)/√ᾱ_t: X.
 */
export const adjustedX0 = (x0: tf.Tensor, g: tf.Tensor, time: NoiseFactors): tf.Tensor =>
  x0.add(g.mul(time.sqrtOneMinusAlphaBar.square().div(time.sqrtAlphaBar)));

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
