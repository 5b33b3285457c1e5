import * as tf from '@tensorflow/tfjs-core';
import { Dense } from '../nn/layers.ts';
import { fanIn, type Scope } from '../nn/scope.ts';

/** Numbers that tell s: age/100, yaw/90, and 1, which says that they are known. A row of zeros says that they are not. */
export const ATTRIBUTES = 3;

/** s = (age/100, yaw/90, 1) for ages in years [0,100] and yaws in degrees [-90,90]: [B] and [B] → [B,3]. */
export function attributeTensor(age: Float32Array, yaw: Float32Array): tf.Tensor2D {
  const rows = Array.from(age, (years, i) => [years / 100, yaw[i] / 90, 1]);
  return tf.tensor2d(rows, [age.length, ATTRIBUTES]);
}

/** Sinusoidal embedding of time (Vaswani et al. 2017): [B] → [B,size]. */
export function timeEmbedding(t: tf.Tensor1D, size: number): tf.Tensor2D {
  const half = size / 2;
  const frequencies = Float32Array.from({ length: half }, (_, i) => Math.exp((-Math.log(10_000) * i) / half));
  const phase = t.reshape<tf.Tensor2D>([-1, 1]).mul<tf.Tensor2D>(tf.tensor2d(frequencies, [1, half]));
  return tf.concat2d([tf.cos(phase), tf.sin(phase)], 1);
}

/**
 * The perceptron with ReLU that projects [y; s] (paper: hidden sizes 512, 256, 768): [B,d+3] → [B,768].
 * Its first layer sees y·√d, so that its inputs have unit variance whatever d is, and s times `attributeGains`.
 */
export class ConditionMlp {
  readonly outputs: number;
  private readonly layers: Dense[];

  constructor(
    scope: Scope,
    private readonly embeddingSize: number,
    private readonly attributeGains: readonly [number, number] | false,
    sizes: readonly number[],
  ) {
    const inputs = embeddingSize + (attributeGains === false ? 0 : ATTRIBUTES);
    this.layers = sizes.map(
      (size, i) => new Dense(scope.child(i), i === 0 ? inputs : sizes[i - 1], size, { init: fanIn(2) }),
    );
    this.outputs = sizes[sizes.length - 1];
  }

  /**
   * y: [B,d] on the unit sphere, or zeros where it is not to be known; s: [B,3], see {@link attributeTensor}. s is left out where the network
   * has no attributes.
   */
  forward(y: tf.Tensor2D, s: tf.Tensor2D): tf.Tensor2D {
    const scaled = y.mul<tf.Tensor2D>(Math.sqrt(this.embeddingSize));
    const input =
      this.attributeGains === false
        ? scaled
        : tf.concat2d([scaled, s.mul<tf.Tensor2D>(tf.tensor1d([...this.attributeGains, 1]))], 1);
    return this.layers.reduce((h, layer) => tf.relu(layer.forward(h)), input);
  }
}
