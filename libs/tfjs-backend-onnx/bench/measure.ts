// One engine on one workload, in a process of its own: prints what it measured as a line of JSON.
// Usage: tsx measure.ts <engine> <workload> <batch> <steps> <threads> [steps in one call, default 1]
import * as tf from '@tensorflow/tfjs-core';
import { start } from './engines.ts';
import { endOnnxProfiling, onnxBackendStats } from '../src/index.ts';
import { WORKLOADS, type Workload } from './workloads.ts';

const [engine, workload, batch, steps, threads, together = '1'] = process.argv.slice(2);
const isOnnx = engine.startsWith('onnx');
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
  if (!isOnnx) return 0;
  const { runCpuMs, compileCpuMs } = onnxBackendStats();
  return runCpuMs + compileCpuMs;
}

const timings: { ms: number; cpuMs: number; tracingCpuMs: number }[] = [];
let values: number[] = [];
let crossed = 0;
/** Takes a step, or as many as belong together, and notes what one took. */
async function take(from: number, count: number): Promise<void> {
  const [begun, cpuBegun, ortBegun] = [performance.now(), cpuMs(), inOrtCpuMs()];
  const bytes = isOnnx ? onnxBackendStats().crossedBytes : 0;
  const numbered = Array.from({ length: count }, (_, k) => from + k);
  values = count === 1 ? await step(from) : await step.inTurn!(numbered);
  const cpu = cpuMs() - cpuBegun;
  timings.push({
    ms: (performance.now() - begun) / count,
    cpuMs: cpu / count,
    tracingCpuMs: (cpu - (inOrtCpuMs() - ortBegun)) / count,
  });
  crossed = isOnnx ? (onnxBackendStats().crossedBytes - bytes) / count : 0;
}
const count = step.inTurn === undefined ? 1 : Number(together);
let taken = 0;
for (; taken < WARM_UP; taken++) await take(taken + 1, 1);
if (count > 1) {
  // The first loop is compiled.
  await take(taken + 1, count);
  taken += count;
}
const warmUp = timings.length;
for (let i = 0; i < Number(steps); i += count, taken += count) await take(taken + 1, count);

if (isOnnx && process.env.ORT_PROFILE !== undefined) endOnnxProfiling();

const middle = (of: number[]): number => of.sort((a, b) => a - b)[Math.floor(of.length / 2)];
const warm = timings.slice(warmUp);
console.log(
  JSON.stringify({
    ms: middle(warm.map(({ ms }) => ms)),
    cpuMs: middle(warm.map(({ cpuMs }) => cpuMs)),
    crossedBytes: crossed,
    tracingCpuMs: isOnnx ? middle(warm.map(({ tracingCpuMs }) => tracingCpuMs)) : undefined,
    firstMs: timings[0].ms,
    peakMb: process.resourceUsage().maxRSS / 1024,
    tensors: tf.memory().numTensors,
    values,
    stats: isOnnx ? onnxBackendStats() : undefined,
  }),
);
