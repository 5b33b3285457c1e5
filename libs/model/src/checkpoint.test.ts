import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { loadCheckpoint, saveCheckpoint } from './checkpoint.ts';

const folder = mkdtempSync(join(tmpdir(), 'id3-checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'model.safetensors');
const meta = { step: 3 };
const stored = (values: readonly number[], as: 'F32' | 'F16') => {
  const data = Float32Array.from(values);
  saveCheckpoint(
    path,
    { meta, tensors: { one: { shape: [1], data: Float32Array.of(7) }, w: { shape: [data.length], data } } },
    as,
  );
  return loadCheckpoint(path).tensors.w.data;
};

describe('a checkpoint', () => {
  it('gives back every float32 bit', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true })), (values) => {
        expect([...stored(values, 'F32')]).toEqual(values);
      }),
    );
    expect(loadCheckpoint(path).meta).toEqual(meta);
  });

  it('in half precision gives the nearest number of 11 bits, in half the bytes', () => {
    const size = () => readFileSync(path).length;
    fc.assert(
      // Above 2⁻¹⁴, where half-precision numbers are normal, and below their greatest.
      fc.property(fc.array(fc.float({ min: 2 ** -14, max: 65504, noNaN: true })), (values) => {
        const halves = stored(values, 'F16');
        values.forEach((value, i) => {
          const unit = 2 ** (Math.floor(Math.log2(value)) - 10);
          expect(halves[i]).toBe(nearestEven(value / unit) * unit);
        });
      }),
    );
    const values = Array.from({ length: 4096 }, (_, i) => i / 8);
    stored(values, 'F32');
    const whole = size();
    stored(values, 'F16');
    expect(whole - size()).toBe(2 * (values.length + 1));
  });

  it('that was cut short or altered is refused by name', () => {
    stored([1, 2, 3], 'F32');
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, -4));
    expect(() => loadCheckpoint(path)).toThrow(/model\.safetensors is truncated or was altered/);
    bytes[bytes.length - 1] ^= 1;
    writeFileSync(path, bytes);
    expect(() => loadCheckpoint(path)).toThrow(/model\.safetensors is truncated or was altered/);
  });
});

/** Rounds to a whole number, halves to the even one. */
function nearestEven(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}
