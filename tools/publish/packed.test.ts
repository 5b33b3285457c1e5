import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

// The packages as others get them: built, packed, and installed together into an empty project.

const ROOT = join(import.meta.dirname, '../..');
const LIBS = ['core', 'formats', 'protocol', 'tfjs-backend-onnx'];
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

let project: string;

/** Runs a command and gives what it printed. Throws with that where it fails. */
function run(command: string, words: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, words, { cwd, encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${command} ${words.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

/** Builds a library and packs it; gives the tarball. */
function pack(lib: string): string {
  const folder = join('libs', lib);
  run(process.execPath, [TSC, '-p', join(folder, 'tsconfig.build.json')], ROOT);
  run(process.execPath, ['--import', 'tsx', 'tools/publish/stage.ts', folder], ROOT);
  const words = ['pack', '--json', '--pack-destination', project];
  const [{ filename, files }] = JSON.parse(run('npm', words, join(ROOT, folder, 'dist'))) as {
    filename: string;
    files: { path: string }[];
  }[];
  const names = files.map(({ path }) => path);
  expect(names).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'index.js', 'index.d.ts']));
  expect(names.filter((name) => /test|\.ts$/.test(name) && !name.endsWith('.d.ts'))).toEqual([]);
  return join(project, filename);
}

/** Runs a program of the project and gives the JSON of its last line. */
function program(name: string, text: string): unknown {
  writeFileSync(join(project, name), text);
  return JSON.parse(run(process.execPath, [name], project).trim().split('\n').at(-1)!);
}

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'id3-packed-'));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
  const quiet = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  run('npm', ['install', ...quiet, ...LIBS.map(pack), '@tensorflow/tfjs@4.22.0'], project);
}, 300_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

it('the backend trains a small network by three lines of its own', () => {
  const { backend, losses } = program(
    'train.js',
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
  ) as { backend: string; losses: number[] };
  expect(backend).toBe('onnx');
  expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]);
});

it('the formats read what they wrote', () => {
  const read = program(
    'records.js',
    `import { RecordWriter, fileSource, packImageRecord, readRecords, unpackImageRecord } from '@id3/formats';
const writer = new RecordWriter('train.rec');
for (const label of [7, 8]) writer.append(packImageRecord(label, label, Buffer.from('image ' + label)));
writer.close();
const records = [...readRecords(fileSource('train.rec'))].map(({ data }) => unpackImageRecord(data, 'train.rec'));
console.log(JSON.stringify(records.map(({ labels, image }) => [labels[0], image.toString()])));`,
  );
  expect(read).toEqual([
    [7, 'image 7'],
    [8, 'image 8'],
  ]);
});

it('the protocol tells separated scores apart', () => {
  const { mean, auc: area } = program(
    'verify.js',
    `import { auc, kFoldAccuracy, rocOf } from '@id3/protocol';
const same = Array.from({ length: 40 }, (_, i) => i % 2 === 0);
const distances = Float64Array.from(same, (is, i) => (is ? 0.5 : 2) + i / 100);
const pairs = { distances, same, folds: Int32Array.from(same, (_, i) => i % 4) };
console.log(JSON.stringify({ mean: kFoldAccuracy(pairs).mean, auc: auc(rocOf(pairs)) }));`,
  ) as { mean: number; auc: number };
  expect([mean, area]).toEqual([1, 1]);
});

it('they have the types that a TypeScript project needs', () => {
  writeFileSync(
    join(project, 'types.ts'),
    `import * as tf from '@tensorflow/tfjs-core';
import { compileStep, onnxBackendStats, registerOnnxBackend, type Stats } from '@id3/tfjs-backend-onnx';
import { parseLfwPairs, type ListedPair } from '@id3/formats';
import { kFoldAccuracy, type ScoredPairs } from '@id3/protocol';
registerOnnxBackend({ threads: 2 });
const step = compileStep(({ x }: { x: tf.Tensor1D }) => ({ y: tf.square(x) }));
const { y }: { y: tf.Tensor } = step({ x: tf.tensor1d([1]) });
export const stats: Stats = onnxBackendStats();
export const pairs: ListedPair[] = parseLfwPairs('', 'pairs.txt');
export const accuracy = (scored: ScoredPairs): number => kFoldAccuracy(scored).mean;
// @ts-expect-error no such option
registerOnnxBackend({ fast: true });
export { y };`,
  );
  const compilerOptions = { noEmit: true, strict: true, module: 'nodenext', types: [], skipLibCheck: true };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['types.ts'] }));
  expect(run(process.execPath, [TSC, '-p', '.', '--pretty', 'false'], project)).toBe('');
});
