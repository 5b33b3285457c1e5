import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Rng } from '@id3/core';
import { DatasetWriter } from '@id3/data';
import { getVerificationSummaries, openDatabase } from '@id3/tracking';
import { linearModel } from '@id3/eval/testing';
import { expect, it } from 'vitest';
import { distinctNames, roundedUp } from './verify-recogniser.ts';

const SIZE = 8;
const folder = mkdtempSync(join(tmpdir(), 'id3-verify-'));

/** Ten people, two noisy pictures each; ten pairs of one person and ten of two. */
function benchmark(path: string): string {
  const rng = new Rng(1, path);
  const count = 20;
  const images = Uint8Array.from({ length: count * SIZE * SIZE * 3 }, () => rng.int(256));
  const options = {
    kind: 'imported',
    spec: {},
    height: SIZE,
    width: SIZE,
    count,
    imagesPerShard: count,
  } as const;
  mkdirSync(path, { recursive: true });
  const writer = DatasetWriter.open(path, options);
  writer.writeShard(0, { images, records: Array.from({ length: count }, (_, i) => ({ label: i >> 1 })) });
  const pairs = Array.from({ length: count }, (_, i) => {
    const same = i % 2 === 0;
    return { a: i, b: (i + (same ? 1 : 2)) % count, same, fold: i >> 1 };
  });
  writer.finish({ pairs });
  return path;
}

it('names benchmarks by as much of their paths as tells them apart', () => {
  expect(distinctNames(['datasets/lfw', 'datasets/cplfw/'])).toEqual(['lfw', 'cplfw']);
  expect(distinctNames(['m1/lfw', 'm2/lfw'])).toEqual(['m1/lfw', 'm2/lfw']);
  expect(distinctNames(['a/x/lfw', 'b/x/lfw', 'b/y/lfw'])).toEqual(['a/x/lfw', 'b/x/lfw', 'b/y/lfw']);
  expect(() => distinctNames(['lfw', './lfw/'])).toThrow(`--benchmarks names ${resolve('lfw')} twice`);
});

it('rounds a rate up, so that it is taken when it is typed', () => {
  for (let pairs = 2; pairs < 5000; pairs++) {
    const rate = roundedUp(1 / pairs);
    expect(rate).toBeGreaterThanOrEqual(1 / pairs);
    expect(rate).toBeLessThan(1.011 / pairs);
    expect(String(rate)).toMatch(/^0\.0*[1-9]\d{0,2}$/);
  }
});

it('keeps benchmarks of one name apart, and gives a dash where pairs cannot show a rate', () => {
  const model = join(folder, 'model.onnx');
  writeFileSync(model, linearModel({ matrix: new Rng(1, 'm').normals(SIZE * SIZE * 3 * 16) }));
  const [first, second] = ['m1/lfw', 'm2/lfw'].map((path) => benchmark(join(folder, path)));
  const id3 = join(import.meta.dirname, '../bin/id3.cjs');
  const out = join(folder, 'out');
  const args = [`--benchmarks=${first},${second}`, `--recogniser=${model}`, `--out=${out}`];
  const { status, stdout, stderr } = spawnSync(process.execPath, [id3, 'verify-recogniser', ...args], {
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/^m1\/lfw +20 .* —\nm2\/lfw +20 .* —$/m);
  expect(stderr).toContain(
    'm1/lfw has 10 different pairs, too few for a false accept rate of 0.01; give a --far of at least 0.1.',
  );
  const names = getVerificationSummaries(openDatabase(join(out, 'tracking.sqlite')), [1]).map(
    (row) => row.benchmark,
  );
  expect(names).toEqual(['m1/lfw', 'm2/lfw']);
});
