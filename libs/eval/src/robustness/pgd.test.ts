import { Rng } from '@id3/core';
import { selectEngine } from '@id3/engine';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeAttack, type AttackedPairs } from './pgd.ts';

const D = 4;

/** A recogniser that is no straight line: tanh(image · W), W [pixels,4], in tfjs and again in plain numbers. */
function curved(pixels: number) {
  const weights = new Rng(1, 'weights').normals(pixels * D);
  const embedNumbers = (picture: readonly number[]) =>
    Array.from({ length: D }, (_, k) =>
      Math.tanh(picture.reduce((sum, value, i) => sum + (value / 127.5 - 1) * weights[i * D + k], 0)),
    );
  return {
    recogniser: {
      embed: (images: tf.Tensor4D) =>
        tf
          .matMul(images.reshape([images.shape[0], pixels]), tf.tensor2d(weights, [pixels, D]))
          .tanh() as tf.Tensor2D,
    },
    /** Cosine of a picture one pixel high, with its mirror image, to a unit embedding. */
    cosine(picture: readonly number[], other: ArrayLike<number>): number {
      const mirror = picture.map((_, i) => picture[picture.length - 3 * (Math.floor(i / 3) + 1) + (i % 3)]);
      const [one, two] = [embedNumbers(picture), embedNumbers(mirror)];
      const sum = one.map((value, k) => value + two[k]);
      return sum.reduce((total, value, k) => total + value * other[k], 0) / Math.hypot(...sum);
    },
  };
}

/** Pairs of pictures 1 pixel high, half of them of one person; black and white occur. */
function drawPairs(count: number, width: number): AttackedPairs {
  const rng = new Rng(2, 'pairs');
  return {
    pixels: Uint8Array.from({ length: count * width * 3 }, () =>
      Math.min(255, Math.max(0, 40 * rng.int(9) - 30)),
    ),
    others: Float32Array.from(
      Array.from({ length: count }, () => {
        const row = Array.from(rng.normals(D));
        return row.map((value) => value / Math.hypot(...row));
      }).flat(),
    ),
    same: Array.from({ length: count }, (_, i) => i % 2 === 0),
    starts: Array.from({ length: count }, (_, i) => new Rng(3, i)),
  };
}

/** The parts of pair i, its random stream begun anew. */
const pairAt = ({ pixels, others, same }: AttackedPairs, i: number) => ({
  picture: Array.from(
    pixels.subarray((i * pixels.length) / same.length, ((i + 1) * pixels.length) / same.length),
  ),
  other: others.subarray(i * D, (i + 1) * D),
  direction: same[i] ? -1 : 1,
  start: new Rng(3, i),
});

describe('projected gradient descent', () => {
  beforeAll(async () => void (await selectEngine()));

  it('stays within ε grey levels of the picture, and within 0..255', async () => {
    const width = 20;
    const attack = makeAttack(curved(width * 3).recogniser);
    for (const epsilon of [1, 2, 7]) {
      const pairs = drawPairs(12, width);
      const moved = await attack(pairs, [1, width], { epsilon, alpha: epsilon / 2, steps: 5 });
      const distances = Array.from(moved, (value, k) => Math.abs(value - pairs.pixels[k]));
      expect(Math.max(...distances)).toBe(epsilon);
      // A value that wrapped around would be far away; at the ends there is only one way.
      for (const end of [0, 255]) expect(pairs.pixels).toContain(end);
    }
  });

  it('steps along the sign of the gradient that finite differences have', async () => {
    const width = 5;
    const { recogniser, cosine } = curved(width * 3);
    const pairs = drawPairs(16, width);
    const [epsilon, alpha] = [6, 3];
    const moved = await makeAttack(recogniser)(pairs, [1, width], { epsilon, alpha, steps: 1 });
    let checked = 0;
    for (let i = 0; i < 16; i++) {
      const { picture, other, direction, start } = pairAt(pairs, i);
      const from = picture.map((value) =>
        Math.min(255, Math.max(0, value + start.uniform(-epsilon, epsilon))),
      );
      from.forEach((value, k) => {
        const nudged = (by: number) => cosine(from.with(k, value + by), other);
        const gradient = (direction * (nudged(0.01) - nudged(-0.01))) / 0.02;
        if (Math.abs(gradient) < 1e-6) return;
        const stepped = value + alpha * Math.sign(gradient);
        const near = Math.min(picture[k] + epsilon, Math.max(picture[k] - epsilon, stepped));
        const want = Math.min(255, Math.max(0, near));
        expect(Math.abs(moved[i * width * 3 + k] - want)).toBeLessThanOrEqual(0.5 + 1e-4);
        checked++;
      });
    }
    expect(checked).toBeGreaterThan(200);
  });

  it('finds almost what the best of all pictures in the ball reaches', async () => {
    const width = 2;
    const { recogniser, cosine } = curved(width * 3);
    const count = 20;
    const pairs = drawPairs(count, width);
    const moved = await makeAttack(recogniser)(pairs, [1, width], { epsilon: 1, alpha: 0.25, steps: 10 });
    const shares = pairs.same.map((_, i) => {
      const { picture, other, direction } = pairAt(pairs, i);
      const gain = (changed: readonly number[]) =>
        direction * (cosine(changed, other) - cosine(picture, other));
      // All 3^6 whole changes of -1, 0 and 1.
      let best = 0;
      for (let code = 0; code < 3 ** 6; code++) {
        const changed = picture.map((value, k) => value + (Math.floor(code / 3 ** k) % 3) - 1);
        if (changed.every((value) => value >= 0 && value <= 255)) best = Math.max(best, gain(changed));
      }
      return gain(Array.from(moved.subarray(i * 6, (i + 1) * 6))) / best;
    });
    expect(Math.max(...shares)).toBeLessThanOrEqual(1 + 1e-9);
    expect(Math.min(...shares)).toBeGreaterThan(0.9);
  });

  it('depends on the seed, but not on the batch', async () => {
    const width = 6;
    const attack = makeAttack(curved(width * 3).recogniser);
    const options = { epsilon: 8, alpha: 1, steps: 2 };
    const whole = await attack(drawPairs(4, width), [1, width], options);
    const { picture, other, start } = pairAt(drawPairs(4, width), 2);
    const one = { pixels: Uint8Array.from(picture), others: other, same: [true] };
    const alone = await attack({ ...one, starts: [start] }, [1, width], options);
    expect(alone).toEqual(whole.subarray(2 * picture.length, 3 * picture.length));
    expect(await attack({ ...one, starts: [new Rng(4)] }, [1, width], options)).not.toEqual(alone);
  });

  it('refuses an ε between grey levels', async () => {
    const attack = makeAttack(curved(6).recogniser);
    const options = { epsilon: 0.5, alpha: 1, steps: 1 };
    await expect(attack(drawPairs(2, 2), [1, 2], options)).rejects.toThrow(RangeError);
  });
});
