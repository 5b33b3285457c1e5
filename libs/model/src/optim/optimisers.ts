import * as tf from '@tensorflow/tfjs-core';
import { assignFlat, flatten, hostVector } from './flat.ts';

/**
 * Changes weights from their gradients. State and arithmetic are on one vector of all weights, so
 * a step costs a dozen kernels whatever the number of layers.
 */
export interface Optimiser {
  /** What a checkpoint must hold, by name. */
  readonly state: Record<string, tf.Variable>;
  /** The numbers that change with the step (counted from 1): what `apply` is given, and an argument of a compiled step. */
  rates(step: number, learningRate: number): tf.Tensor1D;
  /** One step; none where `good`, a truth value [], is given and false. */
  apply(gradients: readonly tf.Tensor[], rates: tf.Tensor1D, good?: tf.Tensor): void;
}

/** What a step makes of a vector, or the vector itself where the step is none. */
const unless = <T extends tf.Tensor>(good: tf.Tensor | undefined, next: T, before: tf.Tensor): T =>
  good === undefined ? next : (tf.where(good, next, before) as T);

/** A vector on the host: computed zeros would make the first step another graph than the rest to an engine that compiles. */
const hostVariable = (values: Float32Array): tf.Variable => tf.tidy(() => tf.variable(tf.tensor1d(values)));

const zeroState = (weights: readonly tf.Variable[]): tf.Variable =>
  hostVariable(new Float32Array(weights.reduce((sum, w) => sum + w.size, 0)));

export interface AdamWOptions {
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  weightDecay?: number;
  /** Gradients are scaled down to this global norm; absent: never. */
  clipNorm?: number;
}

/** AdamW (Loshchilov & Hutter 2019, Algorithm 2): Adam with decoupled weight decay. */
export function adamW(weights: readonly tf.Variable[], options: AdamWOptions = {}): Optimiser {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0, clipNorm } = options;
  const m = zeroState(weights);
  const v = zeroState(weights);
  return {
    state: { m, v },
    rates: (step, learningRate) => tf.tensor1d([learningRate, 1 - beta1 ** step, 1 - beta2 ** step]),
    apply: (gradients, rates, good) =>
      tf.tidy(() => {
        const [learningRate, mScale, vScale] = rates.split(3);
        let g: tf.Tensor1D = flatten(gradients);
        if (clipNorm !== undefined) g = g.mul(tf.minimum(1, tf.scalar(clipNorm).div(g.norm().add(1e-12))));
        m.assign(unless(good, m.mul(beta1).add(g.mul(1 - beta1)), m));
        v.assign(unless(good, v.mul(beta2).add(g.square().mul(1 - beta2)), v));
        const mHat = m.div(mScale);
        const vHat = v.div(vScale);
        const w = flatten(weights);
        const direction = mHat.div(vHat.sqrt().add(epsilon)).add(w.mul(weightDecay));
        assignFlat(weights, unless(good, w.sub(direction.mul(learningRate)), w));
      }),
  };
}

/** Stochastic gradient descent with momentum and coupled weight decay, as PyTorch's SGD. */
export function sgd(
  weights: readonly tf.Variable[],
  options: { momentum?: number; weightDecay?: number } = {},
): Optimiser {
  const { momentum = 0.9, weightDecay = 0 } = options;
  const velocity = zeroState(weights);
  return {
    state: { velocity },
    rates: (_step, learningRate) => tf.tensor1d([learningRate]),
    apply: (gradients, learningRate, good) =>
      tf.tidy(() => {
        const w = flatten(weights);
        const next = velocity.mul(momentum).add(flatten(gradients).add(w.mul(weightDecay)));
        velocity.assign(unless(good, next, velocity));
        assignFlat(weights, unless(good, w.sub(velocity.mul(learningRate)), w));
      }),
  };
}

/**
 * Exponential moving average of the weights, `ema ← d·ema + (1-d)·w`, with the decay warmed up as
 * d = min(decay, (1+step)/(10+step)) so that early steps are forgotten (as TensorFlow's EMA).
 */
export class WeightAverage {
  readonly average: tf.Variable;

  constructor(
    private readonly weights: readonly tf.Variable[],
    private readonly decay: number,
  ) {
    this.average = hostVariable(hostVector(weights));
  }

  /** d of a step, for {@link update}: an argument of a compiled step. */
  rate(step: number): tf.Scalar {
    return tf.scalar(Math.min(this.decay, (1 + step) / (10 + step)));
  }

  update(rate: tf.Scalar): void {
    tf.tidy(() => {
      const w = flatten(this.weights);
      this.average.assign(w.add(this.average.sub(w).mul(rate)));
    });
  }

  /** Puts the average into the weights. */
  copyToWeights(): void {
    tf.tidy(() => assignFlat(this.weights, this.average as tf.Tensor as tf.Tensor1D));
  }
}
