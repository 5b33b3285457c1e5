import * as tf from '@tensorflow/tfjs-core';

/**
 * tfjs's gradients of Sum and Mean multiply by a tensor of ones that is made on the host at the full
 * size of the input. These repeat dy instead, which here costs nothing; they hold on every backend.
 */
export function registerReductionGradients(): void {
  for (const [kernelName, factor] of [
    ['Sum', () => 1],
    ['Mean', (n: number) => 1 / n],
  ] as const) {
    if (tf.getGradient(kernelName) !== undefined) tf.unregisterGradient(kernelName);
    tf.registerGradient({
      kernelName,
      inputsToSave: ['x'],
      gradFunc: (dy, saved, attrs) => {
        const [x] = saved;
        const { axis } = attrs as unknown as { axis: number | number[] };
        const axes = tf.util.parseAxisParam(axis, x.shape);
        const kept = x.shape.map((n, k) => (axes.includes(k) ? 1 : n));
        const reduced = axes.reduce((n, k) => n * x.shape[k], 1);
        const share = factor(reduced);
        return {
          x: () => {
            const small = tf.reshape(dy as tf.Tensor, kept);
            return tf.broadcastTo(share === 1 ? small : tf.mul(small, share), x.shape);
          },
        };
      },
    });
  }
}
