import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** In which the convolutions and matrix products of a training or sampling step are, where it is not float32; all else, weights and optimiser too, is. */
export const precisionSchema = z.literal('float16');

/** The first scale, its factors after a step that overflowed and after so many that did not: those of PyTorch's GradScaler. */
const START = 2 ** 16;
const BACKOFF = 0.5;
const GROWTH = 2;
const INTERVAL = 2000;
/** Float32's sum of squares below this is finite. */
const LARGEST = 3e38;

/**
 * Dynamic loss scaling (Micikevicius et al. 2018): the loss is multiplied, so that gradients which half precision would take for 0 are
 * there, and gradients are divided again. A step whose gradients overflow changes nothing but the scale, which halves; after a run of steps
 * that do not, it doubles.
 */
export class LossScaling {
  /** What a checkpoint must hold, by name. */
  readonly state: { readonly lossScale: tf.Variable; readonly stepsInScale: tf.Variable };

  /** @param start the first scale; @param interval so many good steps in a row double it */
  constructor(
    start = START,
    private readonly interval = INTERVAL,
  ) {
    const scalar = (value: number) =>
      tf.tidy(() => tf.variable<tf.Rank.R1>(tf.tensor1d(Float32Array.of(value)), false));
    this.state = { lossScale: scalar(start), stepsInScale: scalar(0) };
  }

  /** The loss to differentiate. */
  scaled(loss: tf.Scalar): tf.Scalar {
    return loss.mul(this.scale());
  }

  /**
   * The gradients of the loss itself, the `scale` that they had, whether the step is `good` (a truth value []: all gradients are finite), and
   * what is to be logged: the `loss`, or NaN where gradients overflow without any scale too.
   */
  unscaled(
    gradients: readonly tf.Tensor[],
    loss: tf.Scalar,
  ): { gradients: tf.Tensor[]; scale: tf.Scalar; good: tf.Tensor; loss: tf.Scalar } {
    const { lossScale, stepsInScale } = this.state;
    const scale = this.scale();
    const own = gradients.map((gradient) => gradient.div(scale));
    const squares = tf.addN(own.map((gradient) => gradient.square().sum()));
    const good = squares.less(LARGEST); // of NaN and infinity it is false
    const counted = stepsInScale.add(1);
    const grows = counted.greaterEqual(this.interval);
    const kept = tf.where(grows, lossScale.mul(GROWTH), lossScale);
    const steps = tf.where(grows, tf.zerosLike(counted), counted);
    const hopeless = scale.less(1);
    lossScale.assign(tf.where(good, kept, lossScale.mul(BACKOFF)));
    stepsInScale.assign(tf.where(good, steps, tf.zerosLike(steps)));
    return { gradients: own, scale, good, loss: tf.where(hopeless, tf.scalar(NaN), loss) };
  }

  private scale(): tf.Scalar {
    return this.state.lossScale.reshape<tf.Scalar>([]);
  }
}
