import * as tf from '@tensorflow/tfjs-core';

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

/**
 * Differentiates, and gives beside the result a tensor of any shape that was met on the way: tfjs disposes of all else that a
 * differentiated function makes. Both belong to the caller's tidy. Throws where nothing was set aside.
 */
export function withAside<T, A extends tf.Tensor>(
  differentiate: (setAside: (tensor: A) => void) => T,
): { result: T; aside: A } {
  let kept = undefined as A | undefined;
  const result = differentiate((tensor) => void (kept = tf.keep(tensor.clone())));
  if (kept === undefined) throw new Error('nothing was set aside');
  const aside = kept.clone(); // what is kept would outlive the caller's tidy
  kept.dispose();
  return { result, aside };
}
