// Prints what the steps of three workloads take on wasm and on onnx, in this one run.
// Usage: tsx bench.ts [batch, default 32] [steps, default 8] [threads, default 1]
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { WORKLOADS } from './workloads.ts';

const [batch = '32', steps = '8', threads = '1'] = process.argv.slice(2);

const STEPS: Partial<Record<keyof typeof WORKLOADS, string>> = {
  diffusion: 'diffusion training step with identity loss',
  sampling: 'guided sampling step',
  recogniser: 'recogniser training step',
};

/** What measure.ts prints, as far as it is shown here. Milliseconds and MiB. */
interface Measurement {
  ms: number;
  tracingMs?: number;
  peakMb: number;
  stats?: { compileMs: number; compiled: number; fallbacks: Record<string, number> };
}

/** Measures in a process of its own, so that peak memory is that of one engine and workload. */
function measure(engine: string, workload: string): Measurement {
  const script = join(import.meta.dirname, 'measure.ts');
  const args = ['--import', 'tsx', script, engine, workload, batch, steps, threads];
  const output = execFileSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(output.trim().split('\n').at(-1)!) as Measurement;
}

const rows = Object.entries(STEPS).map(([workload, title]) => {
  const [wasm, onnx] = [measure('wasm', workload), measure('onnx', workload)];
  const { compileMs, compiled, fallbacks } = onnx.stats!;
  return {
    step: title,
    'wasm ms': Math.round(wasm.ms),
    'onnx ms': Math.round(onnx.ms),
    'wasm / onnx': (wasm.ms / onnx.ms).toFixed(2),
    'tracing %': ((100 * onnx.tracingMs!) / onnx.ms).toFixed(1),
    'compile s': `${(compileMs / 1000).toFixed(1)} (${compiled} graphs)`,
    'fall-backs': Object.values(fallbacks).reduce((sum, n) => sum + n, 0),
    'peak MiB': `${Math.round(wasm.peakMb)} / ${Math.round(onnx.peakMb)}`,
  };
});
console.log(`Median of ${steps} steps at batch ${batch}, ${threads} thread(s); peak memory wasm / onnx.`);
console.table(rows);
