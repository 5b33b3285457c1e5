// What a step of each workload takes, counted and not computed: operators, multiplications, bytes that cross to a device, peak memory.
// Usage: BENCH_SIZES=bench/paper.json tsx bench/count.ts diffusion:16 sampling:16
import * as tf from '@tensorflow/tfjs-core';
import { registerCountingBackend, type GraphCost } from '../src/index.ts';
import { WORKLOADS, type Workload } from './workloads.ts';

const costs: GraphCost[] = [];
tf.enableProdMode();
await tf.setBackend(registerCountingBackend((cost) => costs.push(cost)));
for (const word of process.argv.slice(2)) {
  const [workload, batch] = word.split(':');
  const step = WORKLOADS[workload as Workload](Number(batch));
  for (const k of [1, 2]) await step(k);
  console.log(JSON.stringify({ workload, batch: Number(batch), ...costs.at(-1) }));
  tf.disposeVariables();
}
