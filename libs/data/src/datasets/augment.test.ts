import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '@id3/core';
import type { Channels } from './manifest.ts';
import { NO_AUGMENTATION, augment, type AugmentOptions } from './augment.ts';

const [height, width] = [9, 13];

/** The image of a function of place and channel, after augmentation. */
function augmented(
  pixel: (y: number, x: number, c: number) => number,
  options: Partial<AugmentOptions>,
  seed: number,
  channels: Channels = 3,
) {
  const image = Float32Array.from({ length: height * width * channels }, (_, k) =>
    pixel(Math.floor(k / channels / width), Math.floor(k / channels) % width, k % channels),
  );
  augment(image, [height, width, channels], { ...NO_AUGMENTATION, ...options }, new Rng(seed));
  return (y: number, x: number, c: number) => image[(y * width + x) * channels + c];
}

const ramp = (y: number, x: number, c: number) => 0.04 * y - 0.03 * x + 0.1 * c;
const seeds = fc.nat(1000);

describe('augment', () => {
  it('leaves an image alone where nothing is asked for', () => {
    const image = augmented(ramp, {}, 1);
    expect(image(4, 7, 2)).toBe(Math.fround(ramp(4, 7, 2)));
  });

  it('crops a part of at least the size asked for, from within the image', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const image = augmented(ramp, { crop: 0.3 }, seed);
        // Bilinear scaling keeps a ramp a ramp, with its slope times the share that was kept.
        const share = (image(1, 0, 0) - image(0, 0, 0)) / 0.04;
        expect(share).toBeGreaterThan(0.7 - 1e-5);
        expect(share).toBeLessThan(1 + 1e-5);
        for (const [y, x] of [
          [3, 5],
          [8, 12],
          [8, 0],
        ])
          for (const c of [0, 1, 2])
            expect(image(y, x, c)).toBeCloseTo(image(0, 0, 0) + share * (0.04 * y - 0.03 * x) + 0.1 * c, 5);
        // The corners of the crop lie within those of the image.
        expect(image(0, 0, 0)).toBeLessThan(0.04 * (1 - share) * (height - 1) + 1e-5);
        expect(image(0, 0, 0)).toBeGreaterThan(-0.03 * (1 - share) * (width - 1) - 1e-5);
      }),
    );
  });

  it('changes brightness, contrast and saturation within the bounds', () => {
    // Two grey halves around 0.1, red and blue away from grey by ±0.05.
    const pixel = (y: number, _x: number, c: number) =>
      (y === 0 ? 0.3 : 0.1 - 0.2 / (height - 1)) + 0.05 * (c - 1);
    fc.assert(
      fc.property(seeds, (seed) => {
        const image = augmented(pixel, { colour: 0.2 }, seed);
        const grey = (y: number) => (image(y, 0, 0) + image(y, 0, 1) + image(y, 0, 2)) / 3;
        const contrast = (grey(0) - grey(1)) / (0.2 + 0.2 / (height - 1));
        const saturation = (image(0, 0, 2) - image(0, 0, 0)) / 0.1 / contrast;
        const brightness = (grey(0) + (height - 1) * grey(1)) / height - 0.1;
        for (const factor of [contrast, saturation]) expect(Math.abs(factor - 1)).toBeLessThan(0.2 + 1e-4);
        expect(Math.abs(brightness)).toBeLessThan(0.2 + 1e-4);
      }),
    );
  });

  it('makes the share of images grey that is asked for, and leaves the others alone', () => {
    const isGrey = (grey: number, seed: number) => {
      const image = augmented(ramp, { grey }, seed);
      const channels = [0, 1, 2].map((c) => image(4, 7, c));
      if (channels[0] !== channels[2]) {
        expect(channels).toEqual([0, 1, 2].map((c) => Math.fround(ramp(4, 7, c))));
        return false;
      }
      // R, G and B of the ramp lie 0.1 apart: the luma is 0.587·0.1 + 0.114·0.2 above R.
      for (const value of channels) expect(value).toBeCloseTo(ramp(4, 7, 0) + 0.0815, 6);
      return true;
    };
    const share = (grey: number) =>
      Array.from({ length: 400 }, (_, seed) => isGrey(grey, seed)).filter(Boolean).length / 400;
    expect([share(0), share(1)]).toEqual([0, 1]);
    // Three standard deviations of the mean of 400 draws.
    expect(Math.abs(share(0.3) - 0.3)).toBeLessThan(3 * Math.sqrt((0.3 * 0.7) / 400));
  });

  it('changes a grey image as a colour one of equal channels', () => {
    const grey = (y: number, x: number) => ramp(y, x, 0);
    const options = { crop: 0.3, colour: 0.2, grey: 0.5 };
    for (let seed = 0; seed < 20; seed++) {
      const [one, three] = [augmented(grey, options, seed, 1), augmented(grey, options, seed)];
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          for (const c of [0, 1, 2]) expect(one(y, x, 0)).toBeCloseTo(three(y, x, c), 6);
    }
  });

  it('adds noise of at most the deviation asked for, and stays in [-1,1]', () => {
    const deviations = Array.from({ length: 400 }, (_, seed) => {
      const image = augmented(() => 0, { noise: 0.2 }, seed);
      const values = Array.from({ length: height * width }, (_, k) =>
        image(Math.floor(k / width), k % width, k % 3),
      );
      return Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
    });
    // σ is uniform on [0, 0.2]: its mean is 0.1, known to 0.2/√(12·400).
    expect(deviations.reduce((sum, d) => sum + d, 0) / deviations.length).toBeCloseTo(0.1, 1.5);
    expect(Math.max(...deviations)).toBeLessThan(0.26);
    const bright = augmented(() => 0.95, { noise: 1, colour: 1 }, 3);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) expect(Math.abs(bright(y, x, 0))).toBeLessThanOrEqual(1);
  });
});
