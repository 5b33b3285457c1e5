// Shows that memory does not grow with the number of steps: prints tensors and resident memory at each tenth of
// a long training, and ends with 1 where the last tenth has more than the second.
// Usage: node --expose-gc --import tsx memory.ts [steps, default 10000] [workload of workloads.ts, default a small network of its own]
import * as tf from '@tensorflow/tfjs-core';
import { onnxBackendStats } from '../src/index.ts';
import { start } from './engines.ts';
import { conv, groupNorm, selfAttention, silu, Weights, type Image } from './layers.ts';
import { minimise, WORKLOADS, type Step, type Workload } from './workloads.ts';

const [steps = '10000', workload] = process.argv.slice(2);
/** What an allocator and the collector move to and fro, in MiB. */
const TOLERANCE = 32;

await start('onnx', 1);
const step = workload === undefined ? smallNetwork() : WORKLOADS[workload as Workload](4);
const tenth = Math.ceil(Number(steps) / 10);
const rows: {
  step: number;
  tensors: number;
  'tensors MiB': number;
  'resident MiB': number;
  graphs: number;
}[] = [];
for (let i = 1; i <= 10 * tenth; i++) {
  await step(i);
  if (i % tenth !== 0) continue;
  globalThis.gc?.();
  const { numTensors, numBytes } = tf.memory();
  const mib = (bytes: number) => Math.round(bytes / 2 ** 20);
  rows.push({
    step: i,
    tensors: numTensors,
    'tensors MiB': mib(numBytes),
    'resident MiB': mib(process.memoryUsage.rss()),
    graphs: onnxBackendStats().compiled,
  });
  console.error(JSON.stringify(rows.at(-1)));
}
console.table(rows);
const [second, last] = [rows[1], rows[9]];
const grew = last['resident MiB'] - second['resident MiB'];
if (last.tensors !== second.tensors || grew > TOLERANCE) {
  console.error(`Memory grew: ${last.tensors - second.tensors} tensors, ${grew} MiB.`);
  process.exit(1);
}

/** A convolution, a norm and attention, which learn to give back the image they are given. */
function smallNetwork(): Step {
  const w = new Weights();
  const layers = [conv(w, 3, 8), groupNorm(w, 8, 4), silu, selfAttention(w, 8, 2, 4), conv(w, 8, 3)];
  const images = [1, 2, 3, 4].map((seed) => tf.randomNormal<tf.Rank.R4>([4, 8, 8, 3], 0, 1, 'float32', seed));
  return minimise(
    w,
    (i) => ({ x: images[i % images.length].clone() }),
    ({ x }) =>
      tf
        .squaredDifference(
          x,
          layers.reduce<Image>((h, layer) => layer(h), x),
        )
        .mean(),
  );
}
