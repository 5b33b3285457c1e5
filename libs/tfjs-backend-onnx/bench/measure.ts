// One engine on one workload, in a process of its own: prints what it measured as a line of JSON.
// Usage: tsx measure.ts <engine> <workload> <batch> <steps> <threads>
import * as tf from '@tensorflow/tfjs-core';
import { start } from './engines.ts';
import { endOnnxProfiling, onnxBackendStats } from '../src/index.ts';
import { WORKLOADS, type Workload } from './workloads.ts';

const [engine, workload, batch, steps, threads] = process.argv.slice(2);
await start(engine, Number(threads));
const step = WORKLOADS[workload as Workload](Number(batch));
const WARM_UP = 3;

/** Processor time of the process so far, in ms. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
/** Processor time inside ONNX Runtime so far; the rest of a step is tracing. */
function inOrtCpuMs(): number {
  if (engine !== 'onnx') return 0;
  const { runCpuMs, compileCpuMs } = onnxBackendStats();
  return runCpuMs + compileCpuMs;
}

const timings: { ms: number; cpuMs: number; tracingCpuMs: number }[] = [];
let values: number[] = [];
for (let i = 1; i <= Number(steps) + WARM_UP; i++) {
  const [begun, cpuBegun, ortBegun] = [performance.now(), cpuMs(), inOrtCpuMs()];
  values = await step(i);
  const cpu = cpuMs() - cpuBegun;
  timings.push({
    ms: performance.now() - begun,
    cpuMs: cpu,
    tracingCpuMs: cpu - (inOrtCpuMs() - ortBegun),
  });
}

if (engine === 'onnx' && process.env.ORT_PROFILE !== undefined) endOnnxProfiling();

const middle = (of: number[]): number => of.sort((a, b) => a - b)[Math.floor(of.length / 2)];
const warm = timings.slice(WARM_UP);
console.log(
  JSON.stringify({
    ms: middle(warm.map(({ ms }) => ms)),
    cpuMs: middle(warm.map(({ cpuMs }) => cpuMs)),
    tracingCpuMs: engine === 'onnx' ? middle(warm.map(({ tracingCpuMs }) => tracingCpuMs)) : undefined,
    firstMs: timings[0].ms,
    peakMb: process.resourceUsage().maxRSS / 1024,
    tensors: tf.memory().numTensors,
    values,
    stats: engine === 'onnx' ? onnxBackendStats() : undefined,
  }),
);
