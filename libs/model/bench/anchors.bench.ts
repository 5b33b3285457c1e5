import * as tf from '@tensorflow/tfjs-core';
import { selectEngine } from '@id3/engine';
import { anchors } from '../src/index.ts';

// The paper's anchors, N = 10 000 on S^511: seconds, the largest cosine of a pair against that of random
// directions, and the process's peak memory, which must stay within 2 GiB. ID3_ITERATIONS shortens it.
const [COUNT, D] = [10_000, 512];
/** Rows compared with all others at once. */
const ROWS = 500;
const LIMIT_GIB = 2;
const iterations = Number(process.env.ID3_ITERATIONS ?? 300);

/** Largest cosine over all pairs of unit rows [N,d]. */
async function largestCosine(w: Float32Array): Promise<number> {
  const all = tf.tensor2d(w, [COUNT, D]);
  let largest = -1;
  for (let row = 0; row < COUNT; row += ROWS) {
    const numbers = Int32Array.from({ length: ROWS }, (_, i) => row + i);
    const most = tf.tidy(() => {
      const cosines = tf.matMul(
        tf.tensor2d(w.subarray(row * D, (row + ROWS) * D), [ROWS, D]),
        all,
        false,
        true,
      );
      const self = tf.oneHot(tf.tensor1d(numbers, 'int32'), COUNT).mul<tf.Tensor2D>(2);
      return cosines.sub(self).max();
    });
    largest = Math.max(largest, (await most.data())[0]);
    most.dispose();
  }
  all.dispose();
  return largest;
}

const engine = await selectEngine();
const random = await largestCosine(await anchors('random', { count: COUNT, d: D, seed: 1 }));
const started = performance.now();
const spread = await anchors('spread', { count: COUNT, d: D, seed: 1, iterations });
const seconds = (performance.now() - started) / 1000;
const peak = process.resourceUsage().maxRSS / 2 ** 20;
console.log(
  `N = ${COUNT}, d = ${D}, engine ${engine.name}: ${iterations} iterations in ${seconds.toFixed(0)} s, ` +
    `peak memory ${peak.toFixed(2)} GiB\nlargest cosine: ${(await largestCosine(spread)).toFixed(3)} spread, ` +
    `${random.toFixed(3)} random`,
);
if (peak > LIMIT_GIB) throw new Error(`the peak memory exceeds ${LIMIT_GIB} GiB`);
