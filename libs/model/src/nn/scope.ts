import * as tf from '@tensorflow/tfjs-core';
// For its side effects: gradients, and tensors' methods (x.add(y) beside tf.add(x, y)).
import '@tensorflow/tfjs';
import { Rng } from '@id3/core';

/** Draws the start value of a weight of the given shape. */
export type Initialiser = (shape: number[], rng: Rng) => Float32Array;

/** The same value everywhere. */
export const constant =
  (value: number): Initialiser =>
  (shape) =>
    new Float32Array(tf.util.sizeFromShape(shape)).fill(value);

export const zeros = constant(0);
export const ones = constant(1);

/** Normal with variance gain/fanIn (He et al. 2015 with gain 2); fan-in is every axis but the last. */
export const fanIn =
  (gain = 1): Initialiser =>
  (shape, rng) => {
    const fan = tf.util.sizeFromShape(shape.slice(0, -1));
    return rng.normals(tf.util.sizeFromShape(shape)).map((z) => z * Math.sqrt(gain / fan));
  };

/** Normal with a fixed standard deviation. */
export const normal =
  (std: number): Initialiser =>
  (shape, rng) =>
    rng.normals(tf.util.sizeFromShape(shape)).map((z) => z * std);

/**
 * The named variables of one network. A layer asks its scope for them while it is constructed;
 * names are paths such as `down.0.conv1.kernel`, and each start value comes from a random stream
 * of that name, so adding a layer does not change the others.
 */
export class Scope {
  /** Trained variables by full name. */
  readonly weights: Map<string, tf.Variable>;
  /** Untrained state by full name (running statistics of batch norm). */
  readonly buffers: Map<string, tf.Variable>;

  constructor(
    private readonly seed: number,
    private readonly path = '',
    root?: Scope,
  ) {
    this.weights = root?.weights ?? new Map();
    this.buffers = root?.buffers ?? new Map();
  }

  /** The scope of a part of the network. */
  child(name: string | number): Scope {
    return new Scope(this.seed, this.fullName(name), this);
  }

  /** Makes a trained variable. */
  weight(name: string, shape: number[], initialise: Initialiser): tf.Variable {
    const fullName = this.fullName(name);
    const values = initialise(shape, new Rng(this.seed, 'weights', fullName));
    return this.add(this.weights, fullName, values, shape);
  }

  /** Makes an untrained variable that starts at one value everywhere. */
  buffer(name: string, shape: number[], value: number): tf.Variable {
    const values = new Float32Array(tf.util.sizeFromShape(shape)).fill(value);
    return this.add(this.buffers, this.fullName(name), values, shape);
  }

  /** The number of trained values. */
  get weightCount(): number {
    return [...this.weights.values()].reduce((sum, w) => sum + w.size, 0);
  }

  /** All values by name, weights and buffers. */
  tensors(): Record<string, tf.Tensor> {
    return Object.fromEntries([...this.weights, ...this.buffers]);
  }

  /** Declares that no value will change any more: an engine that compiles may then build them in. */
  freeze(): void {
    tf.tidy(() => {
      for (const variable of [...this.weights.values(), ...this.buffers.values()]) {
        // Through the host, for a value that is still a computation cannot be built in.
        variable.assign(tf.tensor(variable.dataSync(), variable.shape));
        variable.trainable = false;
      }
    });
  }

  /** Frees every variable. */
  dispose(): void {
    for (const variable of [...this.weights.values(), ...this.buffers.values()]) variable.dispose();
  }

  private fullName(name: string | number): string {
    return this.path === '' ? String(name) : `${this.path}.${name}`;
  }

  private add(
    into: Map<string, tf.Variable>,
    name: string,
    values: Float32Array,
    shape: number[],
  ): tf.Variable {
    if (this.weights.has(name) || this.buffers.has(name)) throw new Error(`two variables are named ${name}`);
    // Outside any tidy: variables outlive the step that happens to build the network.
    const variable = tf.tidy(() => tf.variable(tf.tensor(values, shape)));
    into.set(name, variable);
    return variable;
  }
}
