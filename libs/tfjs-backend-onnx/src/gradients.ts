import * as tf from '@tensorflow/tfjs-core';

/**
 * Gradients that replace those of tfjs where hers make full-size tensors on the host or many small
 * kernels. They are made of kernels, so they hold on every backend.
 */
export function registerGradients(): void {
  replace('Sum', ['x'], (dy, [x], attrs) => spread(dy, x, attrs, () => 1));
  replace('Mean', ['x'], (dy, [x], attrs) => spread(dy, x, attrs, (n) => 1 / n));
  replace('Tile', ['x'], tileGradient);
}

type Gradient = (dy: tf.Tensor, saved: tf.Tensor[], attrs: tf.NamedAttrMap) => { x: () => tf.Tensor };

function replace(kernelName: string, inputsToSave: string[], gradient: Gradient): void {
  if (tf.getGradient(kernelName) !== undefined) tf.unregisterGradient(kernelName);
  tf.registerGradient({
    kernelName,
    inputsToSave,
    gradFunc: (dy, saved, attrs) => gradient(dy as tf.Tensor, saved, attrs),
  });
}

/** Of Sum and Mean: dy times a factor, repeated over the axes that were reduced; tfjs multiplies by a tensor of ones. */
function spread(
  dy: tf.Tensor,
  x: tf.Tensor,
  attrs: tf.NamedAttrMap,
  factor: (n: number) => number,
): { x: () => tf.Tensor } {
  const axes = tf.util.parseAxisParam(attrs.axis as number | number[], x.shape);
  const kept = x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
  const share = factor(axes.reduce((n, axis) => n * x.shape[axis], 1));
  return {
    x: () => {
      const small = tf.reshape(dy, kept);
      return tf.broadcastTo(share === 1 ? small : tf.mul(small, share), x.shape);
    },
  };
}

/** Of Tile: the repetitions get an axis of their own and are summed; tfjs adds slices one by one. */
function tileGradient(dy: tf.Tensor, [x]: tf.Tensor[], attrs: tf.NamedAttrMap): { x: () => tf.Tensor } {
  const reps = attrs.reps as number[];
  const apart: number[] = [];
  const summed: number[] = [];
  x.shape.forEach((n, axis) => {
    if (reps[axis] !== 1) {
      summed.push(apart.length);
      apart.push(reps[axis]);
    }
    if (n !== 1 || reps[axis] === 1) apart.push(n);
  });
  return { x: () => tf.reshape(tf.sum(tf.reshape(dy, apart), summed), x.shape) };
}
