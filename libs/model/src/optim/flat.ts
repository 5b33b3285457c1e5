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

/**
 * The loss and its gradients with respect to the weights, in their order.
 * Throws where the loss does not depend on one of them.
 */
export function valueAndGradients(
  loss: () => tf.Scalar,
  weights: readonly tf.Variable[],
): { value: tf.Scalar; gradients: tf.Tensor[] } {
  const { value, grads } = tf.variableGrads(loss, [...weights]);
  const gradients = weights.map((w) => {
    if (grads[w.name] == null) throw new Error(`the loss does not depend on a weight of shape [${w.shape}]`);
    return grads[w.name];
  });
  return { value, gradients };
}

/** Writes new values into variables, given as one vector. */
export function assignFlat(weights: readonly tf.Variable[], vector: tf.Tensor1D): void {
  unflatten(vector, weights).forEach((value, i) => weights[i].assign(value));
}
