import { Rng } from '@id3/core';
import { rgbOf } from '@id3/data';
import { describe, expect, it } from 'vitest';
import { CONDITIONS, DISTURBANCES } from './conditions.ts';
import { gaussianBlur, gaussianNoise, jpeg, occlusion, type Shape } from './corruptions.ts';

const rng = () => new Rng(1, 'corruption');
const noisePicture = ([height, width]: Shape) => {
  const random = rng();
  return Uint8Array.from({ length: height * width * 3 }, () => random.int(256));
};
const plain = ([height, width]: Shape, grey: number) => new Uint8Array(height * width * 3).fill(grey);
const meanOf = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the blur', () => {
  it('is the two-dimensional Gaussian sum, the border going on', async () => {
    const shape: Shape = [32, 34];
    const [height, width] = shape;
    const [pixels, sigma] = [noisePicture(shape), 1.3];
    const got = await gaussianBlur(pixels, shape, sigma, rng());
    const inside = (at: number, count: number) => Math.min(count - 1, Math.max(0, at));
    for (const [row, column] of [
      [0, 0],
      [31, 33],
      [16, 2],
      [9, 20],
    ])
      for (let c = 0; c < 3; c++) {
        let [sum, total] = [0, 0];
        for (let dy = -12; dy <= 12; dy++)
          for (let dx = -12; dx <= 12; dx++) {
            const weight = Math.exp(-(dx ** 2 + dy ** 2) / (2 * sigma ** 2));
            const place = inside(row + dy, height) * width + inside(column + dx, width);
            sum += weight * pixels[place * 3 + c];
            total += weight;
          }
        expect(Math.abs(got[(row * width + column) * 3 + c] - sum / total)).toBeLessThan(0.52);
      }
  });
  it('spreads a line by σ, which grows with the face', async () => {
    for (const side of [32, 64]) {
      const pixels = plain([side, side], 0);
      for (let row = 0; row < side; row++) pixels.fill(255, (row * side + 16) * 3, (row * side + 17) * 3);
      const blurred = await gaussianBlur(pixels, [side, side], 1.5, rng());
      const profile = Array.from({ length: side }, (_, x) => blurred[(8 * side + x) * 3]);
      const total = meanOf(profile) * side;
      const variance = profile.reduce((sum, value, x) => sum + value * (x - 16) ** 2, 0) / total;
      // Rounding to grey levels cuts the tails.
      expect(Math.sqrt(variance) / ((1.5 * side) / 32)).toBeCloseTo(1, 1);
    }
  });
});

describe('the noise', () => {
  it('has the stated deviation, and is the same for the same stream', async () => {
    const shape: Shape = [40, 40];
    const noisy = await gaussianNoise(plain(shape, 128), shape, 16, rng());
    const residues = Array.from(noisy, (value) => value - 128);
    const n = residues.length;
    expect(Math.abs(meanOf(residues))).toBeLessThan((5 * 16) / Math.sqrt(n));
    const deviation = Math.sqrt(meanOf(residues.map((value) => value ** 2)));
    // Rounding adds a variance of 1/12; five standard errors of a deviation.
    expect(Math.abs(deviation - Math.hypot(16, Math.sqrt(1 / 12)))).toBeLessThan((5 * 16) / Math.sqrt(2 * n));
    expect(await gaussianNoise(plain(shape, 128), shape, 16, rng())).toEqual(noisy);
    expect(await gaussianNoise(plain(shape, 128), shape, 16, new Rng(2))).not.toEqual(noisy);
  });
  it('is cut off at black and white, not wrapped around', async () => {
    const shape: Shape = [16, 16];
    expect(Math.min(...(await gaussianNoise(plain(shape, 255), shape, 8, rng())))).toBeGreaterThan(200);
    expect(Math.max(...(await gaussianNoise(plain(shape, 0), shape, 8, rng())))).toBeLessThan(55);
  });
});

/** Table K.1 of the JPEG standard (ITU-T T.81): the luminance's quantisation at quality 50. */
const K1 = [
  [16, 11, 10, 16, 24, 40, 51, 61],
  [12, 12, 14, 19, 26, 58, 60, 55],
  [14, 13, 16, 24, 40, 57, 69, 56],
  [14, 17, 22, 29, 51, 87, 80, 62],
  [18, 22, 37, 56, 68, 109, 103, 77],
  [24, 35, 55, 64, 81, 104, 113, 92],
  [49, 64, 78, 87, 103, 121, 120, 101],
  [72, 92, 95, 98, 112, 100, 103, 99],
];

/** One grey block through the standard's transform and quantisation, straight from their formulas: [8][8] → [8][8]. */
function jpegBlock(block: number[][], quality: number): number[][] {
  const scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  const eight = [0, 1, 2, 3, 4, 5, 6, 7];
  const basis = (u: number, x: number) =>
    (u === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * x + 1) * u * Math.PI) / 16);
  const sum = (term: (i: number, j: number) => number) =>
    eight.reduce((outer, i) => outer + eight.reduce((inner, j) => inner + term(i, j), 0), 0);
  const quantised = eight.map((u) =>
    eight.map((v) => {
      const q = Math.max(1, Math.floor((K1[u][v] * scale + 50) / 100));
      return q * Math.round(sum((y, x) => (block[y][x] - 128) * basis(u, y) * basis(v, x)) / q);
    }),
  );
  return eight.map((y) => eight.map((x) => 128 + sum((u, v) => quantised[u][v] * basis(u, y) * basis(v, x))));
}

describe('JPEG', () => {
  it.each([50, 20, 10])('of quality %d is the standard’s, on grey blocks', async (quality) => {
    const random = rng();
    const shape: Shape = [16, 16];
    const grey = Array.from({ length: 16 }, (_, y) =>
      Array.from({ length: 16 }, (_, x) => Math.round(60 + 7 * y + 3 * x + random.uniform(-20, 20))),
    );
    const pixels = Uint8Array.from(grey.flat().flatMap((value) => [value, value, value]));
    const got = await jpeg(pixels, shape, quality, rng());
    const errors: number[] = [];
    for (const top of [0, 8])
      for (const left of [0, 8])
        jpegBlock(
          grey.slice(top, top + 8).map((line) => line.slice(left, left + 8)),
          quality,
        ).forEach((line, y) =>
          line.forEach((value, x) => errors.push(Math.abs(got[((top + y) * 16 + left + x) * 3] - value))),
        );
    // The half that rounding to grey levels makes; of a quality beside the right one it is 5 and more.
    expect(Math.max(...errors)).toBeLessThan(1);
    expect(got).not.toEqual(pixels);
  });
});

describe('the occlusion', () => {
  it.each([0.05, 0.15, 0.3])('covers a square of share %f, and nothing else', async (share) => {
    const shape: Shape = [32, 40];
    const pixels = noisePicture(shape).map((value) => (value === 128 ? 127 : value));
    const covered = await occlusion(pixels, shape, share, rng());
    const changed = Array.from({ length: 32 * 40 }, (_, k) => k).filter((k) =>
      [0, 1, 2].some((c) => covered[3 * k + c] !== pixels[3 * k + c]),
    );
    expect(changed.every((k) => [0, 1, 2].every((c) => covered[3 * k + c] === 128))).toBe(true);
    const [rows, columns] = [changed.map((k) => Math.floor(k / 40)), changed.map((k) => k % 40)];
    const side = Math.max(...rows) - Math.min(...rows) + 1;
    expect(Math.max(...columns) - Math.min(...columns) + 1).toBe(side);
    expect(changed).toHaveLength(side ** 2);
    // To half a pixel of the side.
    expect(Math.abs(side - Math.sqrt(share) * 32)).toBeLessThanOrEqual(0.5);
  });
  it('comes to every place, the corners too', async () => {
    const shape: Shape = [4, 4];
    const random = rng();
    const places = new Set<number>();
    for (let i = 0; i < 200; i++)
      places.add((await occlusion(plain(shape, 0), shape, 0.25, random)).indexOf(128) / 3);
    expect([...places].sort((a, b) => a - b)).toEqual([0, 1, 2, 4, 5, 6, 8, 9, 10]);
  });
});

describe('a grey picture', () => {
  it.each([
    ['blur', gaussianBlur, 1.3, 0],
    ['occlusion', occlusion, 0.15, 0],
    // Of equal channels the coder's rounding from RGB and back is left.
    ['JPEG', jpeg, 20, 1],
  ] as const)('is changed by %s as one of three equal channels', async (_, corrupt, strength, within) => {
    const shape: Shape = [16, 16];
    const grey = noisePicture(shape).subarray(0, 256);
    const one = await corrupt(grey, shape, strength, rng());
    const three = await corrupt(rgbOf(grey), shape, strength, rng());
    expect(one).toHaveLength(256);
    one.forEach((value, k) => expect(Math.abs(value - three[3 * k])).toBeLessThanOrEqual(within));
  });
});

describe('the conditions', () => {
  it('change a picture the more, the stronger they are said to be', async () => {
    const shape: Shape = [32, 32];
    // Smooth, as a face is: JPEG and blur keep more of it than of noise.
    const pixels = Uint8Array.from(
      { length: 3072 },
      (_, k) => 128 + 100 * Math.sin(k / 50) * Math.cos(k / 7),
    );
    for (const [name, { strengths, corrupt }] of Object.entries(DISTURBANCES)) {
      if (corrupt === undefined) continue;
      const before = pixels.slice();
      const changes: number[] = [];
      for (const strength of strengths) {
        const changed = await corrupt(pixels, shape, strength, rng());
        expect(changed).toHaveLength(pixels.length);
        changes.push(meanOf(Array.from(changed, (value, k) => Math.abs(value - pixels[k]))));
      }
      expect(pixels).toEqual(before);
      expect(changes[0], name).toBeGreaterThan(0);
      expect(changes, name).toEqual([...changes].sort((a, b) => a - b));
    }
    expect(CONDITIONS).toHaveLength(15);
  });
});
