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
 * Differentiates, and gives beside the result tensors of any shape that were met on the way, by name: tfjs disposes of all else that a
 * differentiated function makes. All belong to the caller's tidy. Throws where one of the names was not set aside.
 */
export function withAside<T, Name extends string>(
  names: readonly Name[],
  differentiate: (setAside: (name: Name, tensor: tf.Tensor) => void) => T,
): { result: T; aside: Record<Name, tf.Tensor> } {
  const kept = new Map<Name, tf.Tensor>();
  const result = differentiate((name, tensor) => void kept.set(name, tf.keep(tensor.clone())));
  const aside = {} as Record<Name, tf.Tensor>;
  for (const name of names) {
    const tensor = kept.get(name);
    if (tensor === undefined) throw new Error(`${name} was not set aside`);
    aside[name] = tensor.clone(); // what is kept would outlive the caller's tidy
    tensor.dispose();
  }
  return { result, aside };
}

/** x as it is; `seen` is given the gradient that comes back through it. */
export function probeGradient<X extends tf.Tensor>(x: X, seen: (gradient: tf.Tensor) => void): X {
  const probe = tf.customGrad<X>(() => ({
    value: x.clone(),
    gradFunc(gradient: tf.Tensor) {
      seen(gradient);
      return gradient;
    },
  }));
  return probe(x);
}
