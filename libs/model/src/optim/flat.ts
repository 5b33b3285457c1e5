import * as tf from '@tensorflow/tfjs-core';

/** All values of the tensors one after another: shapes [...] → [Σ sizes]. */
export const flatten = (tensors: readonly tf.Tensor[]): tf.Tensor1D =>
  tf.concat1d(tensors.map((t) => t.flatten()));

/** {@link flatten}, computed now: [Σ sizes]. */
export function hostVector(tensors: readonly tf.Tensor[]): Float32Array {
  const vector = new Float32Array(tensors.reduce((sum, t) => sum + t.size, 0));
  let offset = 0;
  for (const t of tensors) {
    vector.set(t.dataSync(), offset);
    offset += t.size;
  }
  return vector;
}

/** The inverse of {@link flatten} for tensors shaped like `like`. */
export function unflatten(vector: tf.Tensor1D, like: readonly tf.Tensor[]): tf.Tensor[] {
  const sizes = like.map((t) => t.size);
  return tf.split(vector, sizes).map((part, i) => part.reshape(like[i].shape));
}

/** Writes new values into variables, given as one vector. */
export function assignFlat(weights: readonly tf.Variable[], vector: tf.Tensor1D): void {
  unflatten(vector, weights).forEach((value, i) => weights[i].assign(value));
}
