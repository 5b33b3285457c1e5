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
const timings: { ms: number; outsideMs: number }[] = [];
let values: number[] = [];
for (let i = 1; i <= Number(steps) + WARM_UP; i++) {
  const begun = performance.now();
  const before = inOrtMs();
  values = await step(i);
  const ms = performance.now() - begun;
  timings.push({ ms, outsideMs: ms - (inOrtMs() - before) });
}

/** Time spent inside ONNX Runtime so far; the rest of a step is tracing. */
function inOrtMs(): number {
  if (engine !== 'onnx') return 0;
  const { runMs, compileMs } = onnxBackendStats();
  return runMs + compileMs;
}

const middle = (of: number[]): number => of.sort((a, b) => a - b)[Math.floor(of.length / 2)];
const warm = timings.slice(WARM_UP);
console.log(
  JSON.stringify({
    ms: middle(warm.map(({ ms }) => ms)),
    fastestMs: Math.min(...warm.map(({ ms }) => ms)),
    tracingMs: engine === 'onnx' ? middle(warm.map(({ outsideMs }) => outsideMs)) : undefined,
    firstMs: timings[0].ms,
    peakMb: process.resourceUsage().maxRSS / 1024,
    tensors: tf.memory().numTensors,
    values,
    stats: engine === 'onnx' ? onnxBackendStats() : undefined,
  }),
);
