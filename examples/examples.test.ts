import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openDatabase } from '@id3/tracking';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'id3-examples-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs an example in a folder of its own; gives its lines. Throws with what it said where it fails. */
function run(name: string, ...words: string[]): string[] {
  const script = join(import.meta.dirname, `${name}.ts`);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', TSX, script, ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim().split('\n');
}

/** The lines that are neither empty nor a comment. */
const codeLines = (name: string): number =>
  readFileSync(join(import.meta.dirname, `${name}.ts`), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*(\/\/|\/\*\*|\*)/.test(line)).length;

const numbersIn = (line: string): number[] => (line.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);

it('sample-a-face: a picture that follows the asked yaw, in at most 20 lines', async () => {
  expect(codeLines('sample-a-face')).toBeLessThanOrEqual(20);
  const pixels = async (yaw: string) => {
    expect(run('sample-a-face', '40', yaw, '1')).toEqual([`face.png: identity 1, 40 years, yaw ${yaw}°`]);
    const { data, info } = await sharp(join(folder, 'face.png')).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([256, 256]);
    return data;
  };
  const [front, side] = [await pixels('0'), await pixels('60')];
  const apart = front.reduce((sum, value, i) => sum + Math.abs(value - side[i]), 0) / front.length;
  expect(apart).toBeGreaterThan(5); // grey levels
});

it('toy-diffusion: samples lie in the asked direction, in at most 60 lines', () => {
  expect(codeLines('toy-diffusion')).toBeLessThanOrEqual(60);
  const cosines = run('toy-diffusion', '40').map((line) => numbersIn(line).at(-1)!);
  expect(cosines).toHaveLength(3);
  for (const cosine of cosines) expect(cosine).toBeGreaterThan(0.9);
});

it('verify-a-recogniser: f knows people that it has never seen', () => {
  const [first, second] = run('verify-a-recogniser', '100');
  expect(first).toMatch(/^rendered-lfw, 100 pairs: accuracy [\d.]+ % ± [\d.]+ %$/);
  expect(numbersIn(first)[1]).toBeGreaterThan(85);
  expect(second).toMatch(/^AUC [\d.]+ %, EER [\d.]+ %, TAR@FAR=0\.1 [\d.]+ %$/);
});

it('read-runs: what was tracked, or a sentence where there is nothing', () => {
  expect(() => run('read-runs')).toThrow(/There is no .*database/);
  const path = join(folder, 'tracking.sqlite');
  const database = openDatabase(path);
  const training = database.initRun({ experiment: 'demo', name: 'train', config: {} });
  training.log(1, { loss: 0.5 });
  training.finish();
  const verification = database.initRun({ experiment: 'demo', name: 'verify', config: {} });
  verification.verification({
    benchmark: 'lfw',
    pairs: 10,
    accuracy: 0.925,
    accuracyStd: 0,
    auc: 1,
    eer: 0,
    tarAtFar: {},
    folds: [],
  });
  verification.finish();
  database.close();
  expect(run('read-runs', path).sort()).toEqual([
    '  1 train: finished, loss 0.500',
    '  2 verify: finished, lfw 92.5 %',
    'demo: 2 runs',
  ]);
});

it('backend-in-plain-tfjs: both engines train the same network', () => {
  const losses = run('backend-in-plain-tfjs', '4')
    .filter((line) => /^(cpu|onnx):/.test(line))
    .map((line) => Number(/loss ([\d.]+)/.exec(line)![1]));
  expect(losses).toHaveLength(2);
  for (const loss of losses) expect(loss).toBeLessThan(1);
});
