import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

// The package as others get it: built, packed, and installed into an empty project.

const LIB = join(import.meta.dirname, '..');
const ROOT = join(LIB, '../..');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

let project: string;
/** Runs a command and gives what it printed. Throws with that where it fails. */
function run(command: string, words: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, words, { cwd, encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${command} ${words.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'id3-packed-'));
  run(process.execPath, [TSC, '-p', 'tsconfig.build.json'], LIB);
  run(process.execPath, ['--import', 'tsx', 'tools/publish/stage.ts', 'libs/tfjs-backend-onnx'], ROOT);
  const [{ filename, files }] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', project], join(LIB, 'dist')),
  ) as { filename: string; files: { path: string }[] }[];
  const names = files.map(({ path }) => path);
  expect(names).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'index.js', 'index.d.ts']));
  expect(names.filter((name) => /test|\.ts$/.test(name) && !name.endsWith('.d.ts'))).toEqual([]);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
  const quiet = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  run('npm', ['install', ...quiet, join(project, filename), '@tensorflow/tfjs@4.22.0'], project);
}, 240_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

it('trains a small network in an empty project by three lines of its own', () => {
  writeFileSync(
    join(project, 'train.js'),
    `import * as tf from '@tensorflow/tfjs';
import { registerOnnxBackend } from '@id3/tfjs-backend-onnx';
registerOnnxBackend();
await tf.setBackend('onnx');
const model = tf.sequential({ layers: [
  tf.layers.dense({ units: 8, activation: 'tanh', inputShape: [2] }),
  tf.layers.dense({ units: 1 }),
] });
model.compile({ optimizer: tf.train.adam(0.05), loss: 'meanSquaredError' });
const x = tf.tensor2d([[0, 0], [0, 1], [1, 0], [1, 1]]);
const { history } = await model.fit(x, tf.tensor2d([[0], [1], [1], [0]]), { epochs: 60, verbose: 0 });
console.log(JSON.stringify({ backend: tf.getBackend(), losses: history.loss }));`,
  );
  const output = run(process.execPath, ['train.js'], project);
  const { backend, losses } = JSON.parse(output.trim().split('\n').at(-1)!) as {
    backend: string;
    losses: number[];
  };
  expect(backend).toBe('onnx');
  expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]);
}, 60_000);

it('has the types that a TypeScript project needs', () => {
  writeFileSync(
    join(project, 'types.ts'),
    `import * as tf from '@tensorflow/tfjs-core';
import { compileStep, onnxBackendStats, registerOnnxBackend, type Stats } from '@id3/tfjs-backend-onnx';
registerOnnxBackend({ threads: 2 });
const step = compileStep(({ x }: { x: tf.Tensor1D }) => ({ y: tf.square(x) }));
const { y }: { y: tf.Tensor } = step({ x: tf.tensor1d([1]) });
export const stats: Stats = onnxBackendStats();
// @ts-expect-error no such option
registerOnnxBackend({ fast: true });
export { y };`,
  );
  const compilerOptions = { noEmit: true, strict: true, module: 'nodenext', types: [], skipLibCheck: true };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['types.ts'] }));
  expect(run(process.execPath, [TSC, '-p', '.', '--pretty', 'false'], project)).toBe('');
}, 60_000);
