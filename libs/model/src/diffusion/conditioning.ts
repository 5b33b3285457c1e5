import * as tf from '@tensorflow/tfjs-core';
import { Dense } from '../nn/layers.ts';
import { fanIn, type Scope } from '../nn/scope.ts';
import { STYLE_GAINS, styleOf } from './style.ts';

/** What s is: age and yaw, times these gains; the style of an image; or nothing. */
export type AttributeKind = readonly [number, number] | 'style' | false;

/** What each number of s is multiplied by, the last of which says whether s is known; none without s. */
const gainsOf = (kind: AttributeKind): readonly number[] =>
  kind === false ? [] : kind === 'style' ? STYLE_GAINS : [...kind, 1];

/** What of a face goes into s. What is left out is not known. */
export interface Asked {
  /** Years [0,100]. */
  readonly age?: number;
  /** Degrees [-90,90]. */
  readonly yaw?: number;
  /** See {@link styleOf}. */
  readonly style?: Float32Array;
}

/**
 * s of each face: (age/100, yaw/90, 1), or its style: [B,3] or [B,{@link STYLE_SIZE}]. A row of zeros says that it is not known. A network
 * without attributes, which does not look at s, is given the former.
 */
export function attributeTensor(kind: AttributeKind, faces: readonly Asked[]): tf.Tensor2D {
  const size = gainsOf(kind || [1, 1]).length;
  const rows = new Float32Array(faces.length * size);
  faces.forEach(({ age, yaw, style }, b) => {
    const ofAgeAndYaw =
      age === undefined || yaw === undefined ? [] : [Math.fround(age) / 100, Math.fround(yaw) / 90, 1];
    rows.set(kind === 'style' ? (style ?? []) : ofAgeAndYaw, b * size);
  });
  return tf.tensor2d(rows, [faces.length, size]);
}

/** Images, [B,H,W,C] in [-1,1], with their ages and yaws, [B]. */
export interface KnownImages {
  readonly images: Float32Array;
  readonly age: Float32Array;
  readonly yaw: Float32Array;
}

/** The s that tells images what they are themselves; see {@link attributeTensor}. */
export function ownAttributes(
  kind: AttributeKind,
  { images, age, yaw }: KnownImages,
  [height, width]: readonly [number, number],
): tf.Tensor2D {
  const size = images.length / age.length;
  const faces = Array.from(age, (years, b): Asked => {
    if (kind !== 'style') return { age: years, yaw: yaw[b] };
    return { style: styleOf(images.subarray(b * size, (b + 1) * size), [height, width]) };
  });
  return attributeTensor(kind, faces);
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
 * Its first layer sees y·√d, so that its inputs have unit variance whatever d is, and s times its gains.
 */
export class ConditionMlp {
  readonly outputs: number;
  private readonly layers: Dense[];
  private readonly gains: number[];

  constructor(
    scope: Scope,
    private readonly embeddingSize: number,
    attributes: AttributeKind,
    sizes: readonly number[],
  ) {
    this.gains = [...gainsOf(attributes)];
    const inputs = embeddingSize + this.gains.length;
    this.layers = sizes.map(
      (size, i) => new Dense(scope.child(i), i === 0 ? inputs : sizes[i - 1], size, { init: fanIn(2) }),
    );
    this.outputs = sizes[sizes.length - 1];
  }

  /**
   * y: [B,d] on the unit sphere, or zeros where it is not to be known; s: see {@link attributeTensor}. s is left out where the network
   * has no attributes.
   */
  forward(y: tf.Tensor2D, s: tf.Tensor2D): tf.Tensor2D {
    const scaled = y.mul<tf.Tensor2D>(Math.sqrt(this.embeddingSize));
    const input =
      this.gains.length === 0
        ? scaled
        : tf.concat2d([scaled, s.mul<tf.Tensor2D>(tf.tensor1d(this.gains))], 1);
    return this.layers.reduce((h, layer) => tf.relu(layer.forward(h)), input);
  }
}
