import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { normal, type Scope } from '../nn/scope.ts';
import { unitRows } from './iresnet.ts';

/** A classification head that enforces a margin between people. */
export const headSchema = z.strictObject({
  /** `arcface` adds the margin to the angle (Deng et al. 2019), `cosface` subtracts it from the cosine (Wang et al. 2018). */
  kind: z.enum(['arcface', 'cosface']),
  /** s, the factor of the cosines. */
  scale: z.number().positive(),
  /** m: radians for arcface (0.5 as published), a cosine for cosface (0.35). */
  margin: z.number().min(0).max(1),
});
export type HeadOptions = z.infer<typeof headSchema>;

/**
 * The cosine of the true class with its margin: [B] → [B].
 *
 * ArcFace: cos(θ+m) where θ+m ≤ π, else cos θ - m·sin m, which keeps it falling in θ (InsightFace's
 * `easy_margin=False`). CosFace: cos θ - m.
 *
 * @param margin a scalar tensor, so that a ramp does not change the graph
 */
export function withMargin(kind: HeadOptions['kind'], cosine: tf.Tensor, margin: tf.Scalar): tf.Tensor {
  if (kind === 'cosface') return cosine.sub(margin);
  // The derivative of √(1-c²) is infinite at ±1.
  const c = cosine.clipByValue(-1 + 1e-6, 1 - 1e-6);
  const sine = tf.sub(1, c.square()).sqrt();
  const added = c.mul(tf.cos(margin)).sub(sine.mul(tf.sin(margin)));
  const beyond = c.sub(margin.mul(tf.sin(margin)));
  const within = tf.step(c.add(tf.cos(margin))); // 1 where θ + m < π
  return beyond.add(within.mul(added.sub(beyond)));
}

/** Class centres and the loss over them. */
export class MarginHead {
  private readonly centres: tf.Variable;

  constructor(
    scope: Scope,
    embeddingSize: number,
    private readonly classes: number,
    private readonly options: HeadOptions,
  ) {
    // Rows of about unit length: they are normalised in use, so their length divides the learning rate.
    this.centres = scope.weight('centres', [classes, embeddingSize], normal(1 / Math.sqrt(embeddingSize)));
  }

  /**
   * Softmax cross-entropy of s·cosines with the margin on the true class.
   *
   * @param embeddings [B,d], not normalised
   * @param labels [B] int32 in 0..classes-1
   * @param margin scalar, in the head's unit
   * @returns the mean loss and the share of images whose nearest centre (without margin) is theirs
   */
  loss(
    embeddings: tf.Tensor2D,
    labels: tf.Tensor1D,
    margin: tf.Scalar,
  ): { loss: tf.Scalar; accuracy: tf.Scalar } {
    const cosines = tf.matMul(
      unitRows(embeddings),
      unitRows(this.centres as tf.Tensor as tf.Tensor2D),
      false,
      true,
    );
    const isTrue = tf.oneHot(labels, this.classes).cast('float32'); // [B,C]
    const own = cosines.mul(isTrue).sum(1); // [B]
    const shifted = withMargin(this.options.kind, own, margin);
    const logits = cosines
      .add(isTrue.mul(shifted.sub(own).expandDims(1)))
      .mul<tf.Tensor2D>(this.options.scale);
    // log Σ exp(z) - z_true, with the largest logit taken out first
    const largest = logits.max(1, true);
    const logSum = logits
      .sub(largest)
      .exp()
      .sum(1)
      .log()
      .add(largest.squeeze([1]));
    const loss = logSum.sub(shifted.mul(this.options.scale)).mean<tf.Scalar>();
    const accuracy = cosines.argMax(1).equal(labels).cast('float32').mean<tf.Scalar>();
    return { loss, accuracy };
  }
}
