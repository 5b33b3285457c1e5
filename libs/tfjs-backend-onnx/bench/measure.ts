// One engine on one workload, in a process of its own: prints what it measured as a line of JSON.
// Usage: tsx measure.ts <engine> <workload> <batch> <steps> <threads>
import * as tf from '@tensorflow/tfjs-core';
import { start } from './engines.ts';
import { onnxBackendStats } from '../src/index.ts';
import { WORKLOADS } from './workloads.ts';

const [engine, workload, batch, steps, threads] = process.argv.slice(2);
await start(engine, Number(threads));
const step = WORKLOADS[workload](Number(batch));
const WARM_UP = 2;
const times: number[] = [];
let values: number[] = [];
for (let i = 1; i <= Number(steps) + WARM_UP; i++) {
  const begun = performance.now();
  values = await step(i);
  times.push(performance.now() - begun);
}
const warm = times.slice(WARM_UP).sort((a, b) => a - b);
console.log(
  JSON.stringify({
    ms: warm[Math.floor(warm.length / 2)],
    fastestMs: warm[0],
    firstMs: times[0],
    peakMb: process.resourceUsage().maxRSS / 1024,
    tensors: tf.memory().numTensors,
    values,
    stats: engine === 'onnx' ? onnxBackendStats() : undefined,
  }),
);
