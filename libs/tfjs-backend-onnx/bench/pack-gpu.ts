// Packs what measures the table of docs/gpu.md on a machine that has nothing of ours and no network: Node, the bundled bench, ONNX Runtime.
// Usage: tsx pack-gpu.ts [folder, default dist/gpu-bench]; the provider for CUDA is taken along where engine:install-cuda has put one.
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const folder = resolve(process.argv[2] ?? join(here, '../dist/gpu-bench'));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

await build({
  entryPoints: ['measure', 'gpu'].map((name) => join(here, `${name}.ts`)),
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  mainFields: ['module', 'main'],
  // The wasm engine is not measured on a GPU machine.
  external: ['onnxruntime-node', '@tensorflow/tfjs-backend-wasm'],
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  logLevel: 'error',
});
for (const file of ['quick.json', 'paper.json', 'dry.json', 'torch_bench.py'])
  cpSync(join(here, file), join(folder, file));
cpSync(process.execPath, join(folder, 'node'));

const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
const cuda = process.env.ID3_CUDA ?? join(cache, 'id3/onnxruntime-cuda');
const runtime = join(folder, 'onnxruntime');
if (existsSync(cuda)) cpSync(cuda, runtime, { recursive: true });
else {
  const installed = createRequire(import.meta.url).resolve('onnxruntime-node');
  const own = (path: string) =>
    !/\/(darwin|win32|node_modules\/(?!onnxruntime-))/.test(path.slice(installed.length));
  cpSync(join(installed, '../..'), join(runtime, 'node_modules/onnxruntime-node'), {
    recursive: true,
    filter: own,
  });
  const common = createRequire(installed).resolve('onnxruntime-common/package.json');
  cpSync(join(common, '..'), join(runtime, 'node_modules/onnxruntime-common'), { recursive: true });
}
console.log(
  `${folder} (${existsSync(cuda) ? 'with' : 'without'} the provider for CUDA). There: ./node gpu.mjs, or first ./node gpu.mjs onnx,onnx-webgpu 4 dry`,
);
