import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rng } from '@id3/core';
import sharp from 'sharp';

/** Whether Debian's python3 is there; tests with files of its making say so and skip where it is not. */
export const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) console.warn('python3 is not installed: tests that read files written by it are skipped.');

/** Whether python3 has NumPy, which Debian packages as python3-numpy. */
export const hasNumpy = hasPython && spawnSync('python3', ['-c', 'import numpy']).status === 0;

/** Runs one of `fixtures/` and returns what it printed. */
export function python(script: string, args: readonly string[], input = ''): string {
  const path = join(import.meta.dirname, 'fixtures', script);
  return execFileSync('python3', [path, ...args], { input, encoding: 'utf8', maxBuffer: 2 ** 28 });
}

export const freshFolder = () => mkdtempSync(join(tmpdir(), 'id3-formats-'));

/** Random pixels that are image i: uint8 [size,size,3]. */
export const pixelsOf = (i: number, size = 8): Uint8Array => {
  const rng = new Rng(i, 'pixels');
  return Uint8Array.from({ length: size * size * 3 }, () => rng.int(256));
};

/** Writes image i as PNG and returns its path. */
export async function writePicture(folder: string, i: number, size = 8): Promise<string> {
  const path = join(folder, `${i}.png`);
  const raw = { width: size, height: size, channels: 3 } as const;
  writeFileSync(path, await sharp(pixelsOf(i, size), { raw }).png().toBuffer());
  return path;
}

export { readEvents, type ReadValue } from './fixtures/read-events.ts';
