import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs';
import { firstLine } from '@id3/core';
import type { ProbeReply, ProbeRequest, Work } from './probe.ts';
import { selectEngine } from './select.ts';
import { compileStep } from './step.ts';

// A process that times a step on one engine, tells what it took, and ends.

/** So long steps are timed, after those that compile. */
const PROBE_MS = 400;
const WARM_UP = 3;

process.once('message', async ({ engine, threads, work }: ProbeRequest) => {
  let reply: ProbeReply;
  try {
    await selectEngine(engine, { threads });
    reply = { ms: await timed(work) };
  } catch (error) {
    reply = { failed: firstLine(error) };
  }
  process.send!(reply, () => process.disconnect());
});
process.once('disconnect', () => process.exit());

/** The fastest of the steps that fit, in ms: two convolutions, their gradients and an update. */
async function timed({ batch, size, channels }: Work): Promise<number> {
  const weights = [0, 1].map((seed) =>
    tf.variable(
      tf.tensor(tf.randomNormal([3, 3, channels, channels], 0, 0.05, 'float32', seed + 1).dataSync(), [
        3,
        3,
        channels,
        channels,
      ]),
    ),
  );
  const step = compileStep(({ x }: { x: tf.Tensor4D }) => {
    const { value, grads } = tf.variableGrads(() => {
      const [a, b] = weights as tf.Tensor[] as tf.Tensor4D[];
      return tf
        .conv2d(tf.relu(tf.conv2d(x, a, 1, 'same')), b, 1, 'same')
        .square()
        .mean<tf.Scalar>();
    }, weights);
    for (const w of weights) w.assign(w.sub(grads[w.name].mul(1e-3)));
    return { value };
  });
  const values = tf.randomNormal([batch, size, size, channels], 0, 1, 'float32', 3).dataSync();
  let [best, begun] = [Infinity, performance.now()];
  for (let i = 0; i < WARM_UP + 1 || performance.now() - begun < PROBE_MS; i++) {
    if (i === WARM_UP) begun = performance.now();
    const started = performance.now();
    const x = tf.tensor4d(values.slice() as Float32Array, [batch, size, size, channels]);
    const { value } = step({ x });
    await value.data();
    tf.dispose([x, value]);
    if (i >= WARM_UP) best = Math.min(best, performance.now() - started);
  }
  return best;
}
