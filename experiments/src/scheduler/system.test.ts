import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { GpuWatch, SAMPLE_MS, SystemWatch, gpuUse, usedBetween } from './system.ts';

it('what was used between two moments is told in cores, megabytes and shares', () => {
  const before = { wallMs: 1000, cpuMs: 500, engineMs: 100 };
  const after = { wallMs: 3000, cpuMs: 3500, engineMs: 1600 };
  expect(usedBetween(before, after, 123e6, { share: 0.87, bytes: 5e9 })).toEqual({
    'system.cpuCores': 1.5,
    'system.memoryMB': 123,
    'system.engineShare': 0.75,
    'system.gpuShare': 0.87,
    'system.gpuMemoryMB': 5000,
  });
});

it('a process that computes is told from one that waits, and is asked once in a while only', async () => {
  let engine = 0;
  const spent = (since?: NodeJS.CpuUsage) => {
    const { user, system } = process.cpuUsage(since);
    return (user + system) / 1000;
  };
  const watch = new SystemWatch(() => engine);
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  expect(watch.sample()).toBeUndefined();
  // However little of a core the machine leaves to this process.
  while (performance.now() - started < SAMPLE_MS + 50 || spent(cpu) < 300) Math.sqrt(engine);
  engine = 500;
  const busy = watch.sample()!;
  const wall = performance.now() - started;
  expect(watch.sample()).toBeUndefined();
  expect(busy['system.cpuCores'] / (spent(cpu) / wall)).toBeCloseTo(1, 1);
  expect(busy['system.engineShare'] / (500 / wall)).toBeCloseTo(1, 1);
  expect(busy['system.memoryMB']).toBeCloseTo(process.memoryUsage.rss() / 1e6, -2);
  expect(busy).not.toHaveProperty('system.gpuShare');
  const [pause, before] = [performance.now(), process.cpuUsage()];
  await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS + 50));
  const idle = watch.sample()!;
  expect(idle['system.cpuCores'] * (performance.now() - pause)).toBeLessThan(spent(before) + 50);
  expect(idle['system.engineShare']).toBe(0);
});

it('a GPU is read line by line; what is no line of numbers tells nothing', async () => {
  expect(gpuUse('87, 5321')).toEqual({ share: 0.87, bytes: 5321 * 2 ** 20 });
  expect(gpuUse('[N/A], 5321')).toBeUndefined();
  const folder = mkdtempSync(join(tmpdir(), 'id3-gpu-'));
  const program = join(folder, 'nvidia-smi');
  writeFileSync(program, '#!/bin/sh\necho "12, 100"\necho "34, 200"\nexec sleep 60\n', { mode: 0o755 });
  const watch = new GpuWatch(program);
  await vi.waitFor(() => expect(watch.latest).toEqual({ share: 0.34, bytes: 200 * 2 ** 20 }), 20_000);
  watch.stop();
  rmSync(folder, { recursive: true });
  const none = new GpuWatch(join(folder, 'nothing'));
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(none.latest).toBeUndefined();
});
