// Prints what the steps of three workloads take on wasm, on onnx and, where python3-torch is installed, in PyTorch, in this one run.
// Usage: tsx bench.ts [steps, default 8] [threads, default 1] [batch, default that of quick.json] [engines, default wasm,onnx,torch]
// Where onnx is measured, training steps are also measured eight in one call, as `in turn`.
import { execFileSync, spawnSync, type ExecFileSyncOptionsWithStringEncoding } from 'node:child_process';
import { join } from 'node:path';
import { QUICK, type Workload } from './workloads.ts';

const [steps = '8', threads = '1', batchGiven = '', engines = 'wasm,onnx,torch'] = process.argv.slice(2);
const batch = batchGiven === '' ? undefined : batchGiven;
type Engine = 'wasm' | 'onnx' | 'onnx-webgpu' | 'onnx-cuda' | 'torch';
/** Steps of one call, where several are taken. */
const TOGETHER = 8;

const STEPS: Record<Workload, string> = {
  diffusion: 'diffusion training step with identity loss',
  sampling: 'guided sampling step',
  recogniser: 'recogniser training step',
};

/** What measure.ts and torch_bench.py print, as far as it is shown here. Milliseconds and MiB. */
interface Measurement {
  /** Medians of a step: wall time, and time of all processors. */
  ms: number;
  cpuMs: number;
  /** Of the main thread's time, what was not spent in ONNX Runtime. */
  tracingCpuMs?: number;
  peakMb: number;
  /** Bytes that go to the device and back for a step. */
  crossedBytes?: number;
  stats?: { compileCpuMs: number; compiled: number; nodes: number; fallbacks: Record<string, number> };
}

/** A Python that has PyTorch; Debian's package is of Debian's own Python. */
const python = ['python3', '/usr/bin/python3'].find(
  (command) => spawnSync(command, ['-c', 'import torch']).status === 0,
);
const lastLine = (output: string) => JSON.parse(output.trim().split('\n').at(-1)!) as Measurement;

/** Measures in a process of its own, so that peak memory is that of one engine and workload. */
function measure(engine: Engine, workload: Workload, together = 1): Measurement {
  const size = batch ?? String(QUICK.batchSize[workload]);
  const options: ExecFileSyncOptionsWithStringEncoding = {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  };
  const here = (name: string) => join(import.meta.dirname, name);
  if (engine === 'torch') {
    return lastLine(execFileSync(python!, [here('torch_bench.py'), workload, size, steps, threads], options));
  }
  const args = ['--import', 'tsx', here('measure.ts'), engine, workload, size, steps, threads, `${together}`];
  return lastLine(execFileSync(process.execPath, args, options));
}

/** The quotient of two measurements of processor time, where both were taken. */
const ratio = (a?: Measurement, b?: Measurement) => a && b && (a.cpuMs / b.cpuMs).toFixed(2);
const rounded = (x?: number) => x && Math.round(x);

const measured = engines.split(',').filter((engine) => engine !== 'torch' || python !== undefined);
const rows = (Object.keys(STEPS) as Workload[]).map((workload) => {
  const taken = Object.fromEntries(measured.map((engine) => [engine, measure(engine as Engine, workload)]));
  const { wasm, torch, ...others } = taken as Partial<Record<Engine, Measurement>>;
  const provider = (['onnx-cuda', 'onnx-webgpu', 'onnx'] as const).find((name) => name in others);
  const onnx = provider && others[provider];
  const inTurn =
    provider !== undefined && workload !== 'sampling' ? measure(provider, workload, TOGETHER) : undefined;
  const row = {
    step: STEPS[workload],
    batch: batch ?? QUICK.batchSize[workload],
    'wasm ms': rounded(wasm?.ms),
    'onnx ms': rounded(onnx?.ms),
    'torch ms': rounded(torch?.ms),
    'CPU wasm/onnx': ratio(wasm, onnx),
    'CPU onnx/torch': ratio(onnx, torch),
    'CPU in turn/onnx': ratio(inTurn, onnx),
    'MB across onnx, in turn': [onnx, inTurn]
      .map((m) => m && ((m.crossedBytes ?? 0) / 1e6).toFixed(1))
      .join(', '),
    nodes: onnx?.stats!.nodes,
    'tracing %': onnx && ((100 * onnx.tracingCpuMs!) / onnx.cpuMs).toFixed(1),
    'compile CPU s': onnx && (onnx.stats!.compileCpuMs / 1000).toFixed(1),
    graphs: onnx?.stats!.compiled,
    'fall-backs': onnx && Object.values(onnx.stats!.fallbacks).reduce((sum, n) => sum + n, 0),
    'peak MiB wasm/onnx/torch': [wasm, onnx, torch].map((m) => rounded(m?.peakMb) ?? '-').join(' / '),
  };
  console.error(JSON.stringify(row)); // a long run shows what it has
  return row;
});
console.log(
  `Medians of ${steps} steps with ${threads} thread(s), networks of quick.json. Times are of the clock, ratios and shares of ` +
    `processor time.${python !== undefined ? '' : ' PyTorch is not installed (apt-get install python3-torch).'}`,
);
console.table(rows);
