import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { automaticBatch, fittingBatch } from './automatic-batch.ts';

const GIB = 2 ** 30;

describe('the batch that fits', () => {
  /** A step of 2 GiB, and half a one for each image. */
  const counts = [
    { images: 1, bytes: 2.5 * GIB },
    { images: 2, bytes: 3 * GIB },
  ] as const;
  it('is the most that is wanted where that fits into six tenths of the memory', () => {
    // 2 + 48 / 2 = 26 of 43.3 · 0.6 = 26
    expect(fittingBatch(counts, 43.4 * GIB, 48)).toBe(48);
    expect(fittingBatch(counts, 1000 * GIB, 512)).toBe(512);
  });
  it('else the largest power of two that does, and at least one', () => {
    expect(fittingBatch(counts, 43.3 * GIB, 48)).toBe(32);
    expect(fittingBatch(counts, 30.1 * GIB, 48)).toBe(32);
    expect(fittingBatch(counts, 29.9 * GIB, 48)).toBe(16);
    expect(fittingBatch(counts, 0.1 * GIB, 48)).toBe(1);
  });
});

it('on the CPU is what the profile says, or what a worker has memory for', { timeout: 600_000 }, async () => {
  const config = loadConfig('smoke', { engine: 'onnx' });
  const { batchSize, why } = await automaticBatch(config, { workers: 1, threads: 1 });
  expect(batchSize).toBe(config.generation.batchSize);
  expect(why).toMatch(/^\d+\.\d GiB of \d+\.\d GiB for a worker$/);
  // As many workers as leave none of them a megabyte.
  expect((await automaticBatch(config, { workers: 10_000_000, threads: 1 })).batchSize).toBe(1);
});

it(
  'on a GPU is what its memory holds, and what the profile says where that is not known',
  { timeout: 600_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'id3-smi-'));
    vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`);
    const smi = (answer: string) =>
      writeFileSync(join(folder, 'nvidia-smi'), `#!/bin/sh\necho "${answer}"\n`, { mode: 0o755 });
    const config = loadConfig('smoke', { engine: 'onnx-cuda', 'generation.identities': '5000' });
    const batch = () => automaticBatch(config, { workers: 1, threads: 1 });
    smi('143771');
    expect(await batch()).toMatchObject({
      batchSize: 512,
      why: expect.stringMatching(/of 140\.4 GiB on the device$/) as string,
    });
    smi('1');
    expect((await batch()).batchSize).toBeLessThan(512);
    smi('[N/A]');
    expect(await batch()).toEqual({
      batchSize: config.generation.batchSize,
      why: 'the memory of the device of onnx-cuda is not known',
    });
    // Of an estimate for a device, whatever this machine has.
    expect(await automaticBatch(config, { workers: 1, threads: 1, device: 'h200' })).toMatchObject({
      batchSize: 512,
      why: expect.stringMatching(/of 139\.0 GiB on the device$/) as string,
    });
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  },
);

it('is refused for a cluster, whose machines are others', async () => {
  await expect(
    automaticBatch(loadConfig('smoke'), { workers: 1, threads: 1, executor: 'slurm' }),
  ).rejects.toThrow(
    /^generation\.batchSize=auto looks at this machine, .*; give a number with --executor=slurm\.$/,
  );
});
