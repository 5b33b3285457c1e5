import * as tf from '@tensorflow/tfjs-core';

/**
 * Gradients that replace those of tfjs where hers make full-size tensors on the host or many small
 * kernels. They are made of kernels, so they hold on every backend.
 */
export function registerGradients(): void {
  replace('Sum', { inputsToSave: ['x'] }, (dy, [x], attrs) => spread(dy, x, attrs, () => 1));
  replace('Mean', { inputsToSave: ['x'] }, (dy, [x], attrs) => spread(dy, x, attrs, (n) => 1 / n));
  replace('Tile', { inputsToSave: ['x'] }, tileGradient);
  replace('Add', { inputsToSave: ['a', 'b'] }, (dy, [a, b]) => ({
    a: () => summedTo(a.shape, dy) ?? copy(dy),
    b: () => summedTo(b.shape, dy) ?? copy(dy),
  }));
  replace('Sub', { inputsToSave: ['a', 'b'] }, (dy, [a, b]) => ({
    a: () => summedTo(a.shape, dy) ?? copy(dy),
    b: () => run('Neg', { x: summedTo(b.shape, dy) ?? dy }),
  }));
  replace('Multiply', { inputsToSave: ['a', 'b'] }, (dy, [a, b]) => ({
    a: () => atShape(a.shape, product(dy, float(b))),
    b: () => atShape(b.shape, product(dy, float(a))),
  }));
  replace('Square', { inputsToSave: ['x'] }, (dy, [x]) => ({
    x: () => product(tf.mul(dy, 2), float(x)), // dy may be small and repeated
  }));
  // -dy/2 · y³
  replace('Rsqrt', { outputsToSave: [true] }, (dy, [y]) => ({
    x: () => product(tf.mul(dy, -0.5), product(y, product(y, y))),
  }));
}

type Saving = Pick<tf.GradConfig, 'inputsToSave' | 'outputsToSave'>;
type Gradient = (
  dy: tf.Tensor,
  saved: tf.Tensor[],
  attrs: tf.NamedAttrMap,
) => Record<string, () => tf.Tensor>;

function replace(kernelName: string, saving: Saving, gradient: Gradient): void {
  if (tf.getGradient(kernelName) !== undefined) tf.unregisterGradient(kernelName);
  tf.registerGradient({
    kernelName,
    ...saving,
    gradFunc: (dy, saved, attrs) => gradient(dy as tf.Tensor, saved, attrs),
  });
}

/** A kernel, without what tfjs's operations check and convert before. */
const run = (kernel: string, inputs: tf.NamedTensorMap, attrs?: tf.NamedAttrMap): tf.Tensor =>
  tf.engine().runKernel(kernel, inputs, attrs);
const product = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => run('Multiply', { a, b });
const float = (x: tf.Tensor): tf.Tensor => (x.dtype === 'float32' ? x : tf.cast(x, 'float32'));
/** A gradient is a tensor of its own, for tfjs disposes it. */
const copy = (x: tf.Tensor): tf.Tensor => run('Identity', { x });

/** dy summed over the axes along which a tensor of the shape was broadcast; `undefined` where it was not. */
function summedTo(shape: number[], dy: tf.Tensor): tf.Tensor | undefined {
  if (tf.util.arraysEqual(shape, dy.shape)) return undefined;
  const axis = tf.backend_util.getReductionAxes(shape, dy.shape);
  const x = axis.length === 0 ? dy : run('Sum', { x: dy }, { axis, keepDims: false });
  return run('Reshape', { x }, { shape });
}
const atShape = (shape: number[], dy: tf.Tensor): tf.Tensor => summedTo(shape, dy) ?? dy;

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
      const small = run('Reshape', { x: dy }, { shape: kept });
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
