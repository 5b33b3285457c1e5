// Measures the table of docs/gpu.md: five steps on each engine that is there, each in a process of its own, one after another in one go.
// Part of what pack-gpu.ts packs: everything it needs lies beside it.
// Usage: node gpu.mjs [engines, default onnx,onnx-webgpu,onnx-cuda,torch,torch-tf32] [steps, default 20] [rows, default all but `dry`] [seconds a row may take, default 120]
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const [engines = 'onnx,onnx-webgpu,onnx-cuda,torch,torch-tf32', steps = '20', wanted = '', patience = '120'] =
  process.argv.slice(2);
const here = import.meta.dirname;
const threads = String(Math.min(8, availableParallelism()));

/** A step, the networks' sizes, the batch, and how many steps a call takes where they may be taken together. */
const ROWS = [
  // Small enough for a software adapter: shows that everything is there.
  ...(['diffusion', 'sampling', 'recogniser'] as const).map((workload) => ({
    name: `dry run ${workload}`,
    workload,
    sizes: 'dry',
    batch: 4,
    together: workload === 'sampling' ? 1 : 4,
  })),
  { name: 'quick diffusion training', workload: 'diffusion', sizes: 'quick', batch: 32, together: 16 },
  { name: 'quick guided sampling', workload: 'sampling', sizes: 'quick', batch: 48, together: 1 },
  { name: 'quick recogniser training', workload: 'recogniser', sizes: 'quick', batch: 64, together: 16 },
  { name: 'paper guided sampling', workload: 'sampling', sizes: 'paper', batch: 16, together: 1 },
  { name: 'paper diffusion training', workload: 'diffusion', sizes: 'paper', batch: 16, together: 8 },
];

interface Result {
  ms: number;
  crossedBytes?: number;
  peakMb: number;
}

function measure(engine: string, row: (typeof ROWS)[number], together: number): Result | { failed: string } {
  const [name, mode] = engine.split('-');
  const isTorch = name === 'torch';
  const [program, ...words] = isTorch
    ? ['python3', join(here, 'torch_bench.py')]
    : [process.execPath, join(here, 'measure.mjs'), engine];
  const args = [...words, row.workload, `${row.batch}`, steps, threads, ...(isTorch ? [] : [`${together}`])];
  const run = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: Number(patience) * 1000,
    env: {
      ...process.env,
      BENCH_SIZES: join(here, `${row.sizes}.json`),
      ORT_RUNTIME: join(here, 'onnxruntime/node_modules/onnxruntime-node'),
      ...(isTorch && { TORCH_DEVICE: 'cuda', TORCH_TF32: mode === 'tf32' ? '1' : '0' }),
    },
  });
  try {
    return JSON.parse(run.stdout.trim().split('\n').at(-1)!) as Result;
  } catch {
    const said = run.stderr
      .trim()
      .split('\n')
      .filter((line) => /error/i.test(line))
      .at(-1);
    return {
      failed: run.error !== undefined ? `not finished in ${patience} s` : (said ?? `exit ${run.status}`),
    };
  }
}

const isWanted = ({ name }: (typeof ROWS)[number]) =>
  wanted === '' ? !name.startsWith('dry') : wanted.split(',').some((part) => name.includes(part));
for (const row of ROWS.filter(isWanted)) {
  const taken = new Map<string, Result | { failed: string }>();
  for (const engine of engines.split(',')) {
    const variants = engine.startsWith('onnx') && row.together > 1 ? [1, row.together] : [1];
    for (const together of variants) {
      const label = together === 1 ? engine : `${engine}, ${together} in a run`;
      const result = measure(engine, row, together);
      taken.set(label, result);
      console.log(JSON.stringify({ row: row.name, batch: row.batch, engine: label, ...result }));
    }
  }
  const base = taken.get('torch-tf32') ?? taken.get('torch');
  if (base !== undefined && 'ms' in base)
    for (const [label, result] of taken)
      if ('ms' in result)
        console.log(`${row.name}: ${label} takes ${(result.ms / base.ms).toFixed(2)} of PyTorch's time`);
}
