import * as tf from '@tensorflow/tfjs-core';
import type { SamplerOptions } from './sampler-options.ts';
import type { SamplingTime } from './sampler.ts';

/** What an image is conditioned on: y [B,d] and s [B,3]. Zeros hide one of them, as in training. */
export type Condition = {
  readonly y: tf.Tensor2D;
  readonly s: tf.Tensor2D;
};

/** A {@link Condition} with weights of {@link classifierFree} in the place of its own: one number, or one a sample. */
export type WeighedCondition = Condition & {
  readonly freeY?: tf.Tensor;
  readonly freeS?: tf.Tensor;
};

/** x̂0 at x_t under a condition: X. */
export type ConditionedX0<X extends tf.Tensor> = (xt: X, time: SamplingTime, condition: Condition) => X;

/**
 * Classifier-free guidance (Ho & Salimans 2022, Eq. 6) with a weight for each condition, on x̂0, in which ε and the score are linear:
 * x̂0 + freeY·(x̂0 - x̂0 without y) + freeS·(x̂0 - x̂0 without s). A weight of 0 costs nothing. It needs a network that was
 * trained with `hideY` and `hideS` above 0.
 */
export function classifierFree<X extends tf.Tensor>(
  x0: ConditionedX0<X>,
  { freeY, freeS }: Pick<SamplerOptions, 'freeY' | 'freeS'>,
): (xt: X, time: SamplingTime, condition: WeighedCondition) => X {
  return (xt, time, { y, s, ...weights }) => {
    const told = x0(xt, time, { y, s });
    const away = (without: Condition, weight: number | tf.Tensor): tf.Tensor =>
      told.sub(x0(xt, time, without)).mul(weight);
    let result = told;
    if (freeY > 0) result = result.add<X>(away({ y: tf.zerosLike(y), s }, weights.freeY ?? freeY));
    if (freeS > 0) result = result.add<X>(away({ y, s: tf.zerosLike(s) }, weights.freeS ?? freeS));
    return result;
  };
}
