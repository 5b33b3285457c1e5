import * as tf from '@tensorflow/tfjs-core';
import type { Rng } from '@id3/core';
import { compileStep } from '@id3/engine';
import { unitRows, type LoadedRecogniser } from '@id3/model';
import type { Shape } from './corruptions.ts';

/** The options of projected gradient descent (Madry et al. 2018, "Towards Deep Learning Models Resistant to Adversarial Attacks"). */
export interface PgdOptions {
  /** ε, the radius of the L∞ ball in grey levels of 0..255: whole, so that a rounded picture stays within. */
  readonly epsilon: number;
  /** α, how far a step moves each value, in grey levels. */
  readonly alpha: number;
  readonly steps: number;
}

/** A batch of B pairs of which one picture is moved. */
export interface AttackedPairs {
  /** The pictures to be moved, uint8: [B·H·W·C]. */
  readonly pixels: Uint8Array;
  /** Unit embeddings of the other pictures, as the protocol makes them (image and mirror image summed): [B,d]. */
  readonly others: Float32Array;
  /** Whether a pair shows one person: its cosine is then made to fall, else to rise: [B]. */
  readonly same: readonly boolean[];
  /** Where each picture's random start in the ball comes from: [B]. */
  readonly starts: readonly Rng[];
}

/** Moves pictures: uint8 [B·H·W·C], each value within ε of the given one. */
export type Attack = (pairs: AttackedPairs, shape: Shape, options: PgdOptions) => Promise<Uint8Array>;

/**
 * PGD on pairs, white-box: from a uniformly random point of the ball, `steps` steps along the sign of the gradient of the cosine that
 * the protocol would compute, each projected onto the ball and 0..255. The last point is rounded to grey levels, for a picture
 * is a file. A pair's result does not depend on the others in its batch. The step is compiled once for all calls of the same shape.
 * The attack throws a RangeError where ε is not whole.
 */
export function makeAttack(recogniser: Pick<LoadedRecogniser, 'embed'>): Attack {
  const step = compileStep((inputs: StepInputs) => ({ next: attackStep(recogniser, inputs) }));
  return async ({ pixels, others, same, starts }, [height, width], { epsilon, alpha, steps }) => {
    if (!Number.isInteger(epsilon))
      throw new RangeError(`ε is ${epsilon}, not a whole number of grey levels`);
    const batch = same.length;
    const shape: [number, number, number, number] = [
      batch,
      height,
      width,
      pixels.length / (batch * height * width),
    ];
    const fixed = {
      clean: tf.tensor4d(Float32Array.from(pixels), shape),
      others: tf.tensor2d(others, [batch, others.length / batch]),
      direction: tf.tensor1d(same.map((one) => (one ? -1 : 1))),
      epsilon: tf.scalar(epsilon),
      alpha: tf.scalar(alpha),
    };
    let x = tf.tensor4d(randomStart(pixels, starts, epsilon), shape);
    for (let k = 0; k < steps; k++) {
      const { next } = step({ x, ...fixed });
      x.dispose();
      x = next;
      await x.data(); // the step boundary: a lazy engine computes here
    }
    const moved = Uint8Array.from(await x.data(), Math.round);
    tf.dispose([x, fixed]);
    return moved;
  };
}

interface StepInputs extends tf.NamedTensorMap {
  /** The pictures on their way and as they were, in grey levels: [B,H,W,C]. */
  x: tf.Tensor4D;
  clean: tf.Tensor4D;
  /** [B,d] unit rows. */
  others: tf.Tensor2D;
  /** -1 where the cosine is to fall, 1 where it is to rise: [B]. */
  direction: tf.Tensor1D;
  epsilon: tf.Scalar;
  alpha: tf.Scalar;
}

function attackStep(recogniser: Pick<LoadedRecogniser, 'embed'>, inputs: StepInputs): tf.Tensor4D {
  const { x, clean, others, direction, epsilon, alpha } = inputs;
  const gain = (pictures: tf.Tensor) =>
    protocolEmbedding(recogniser, pictures as tf.Tensor4D)
      .mul(others)
      .sum(1)
      .mul(direction)
      .sum();
  const moved = x.add(tf.grad(gain)(x).sign().mul(alpha));
  const inBall = moved.maximum(clean.sub(epsilon)).minimum(clean.add(epsilon));
  return inBall.clipByValue(0, 255) as tf.Tensor4D;
}

/** Image and mirror image summed, then normalised: [B,H,W,C] in 0..255 → [B,d] unit rows. */
function protocolEmbedding(recogniser: Pick<LoadedRecogniser, 'embed'>, pictures: tf.Tensor4D): tf.Tensor2D {
  const images = pictures.div<tf.Tensor4D>(127.5).sub<tf.Tensor4D>(1);
  return unitRows(recogniser.embed(images).add(recogniser.embed(images.reverse(2))));
}

/** Each picture plus uniform noise of [-ε, ε), clipped to 0..255. */
function randomStart(pixels: Uint8Array, starts: readonly Rng[], epsilon: number): Float32Array {
  const size = pixels.length / starts.length;
  return Float32Array.from(pixels, (value, k) => {
    const moved = value + starts[Math.floor(k / size)].uniform(-epsilon, epsilon);
    return Math.min(255, Math.max(0, moved));
  });
}
