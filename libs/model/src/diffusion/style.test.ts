import { Rng, mean } from '@id3/core';
import { expect, it } from 'vitest';
import { STYLE_CELLS, STYLE_SIZE, styleOf } from '../index.ts';

it.each([
  [16, 16],
  [8, 12],
  [9, 7], // cells of unequal size
])('a style is the mean and the deviation of each cell and channel, %i×%i', (height, width) => {
  const rng = new Rng(1, 'image', height);
  const image = Float32Array.from({ length: height * width * 3 }, () => rng.uniform(-1, 1));
  const style = styleOf(image, [height, width]);
  expect(style).toHaveLength(STYLE_SIZE);
  expect(style[STYLE_SIZE - 1]).toBe(1);
  for (let cell = 0; cell < STYLE_CELLS ** 2; cell++)
    for (let channel = 0; channel < 3; channel++) {
      const inCell = Array.from(image).filter((_, k) => {
        const [row, column] = [Math.floor(k / 3 / width), Math.floor(k / 3) % width];
        const [across, down] = [column, row].map((at, axis) =>
          Math.floor((at / (axis === 0 ? width : height)) * STYLE_CELLS),
        );
        return k % 3 === channel && down * STYLE_CELLS + across === cell;
      });
      const centre = mean(inCell);
      const deviation = Math.sqrt(mean(inCell.map((value) => (value - centre) ** 2)));
      const at = 3 * cell + channel;
      expect(style[at]).toBeCloseTo(centre, 6);
      expect(style[3 * STYLE_CELLS ** 2 + at]).toBeCloseTo(deviation, 6);
    }
});

it('a flat image has no deviation, and a style says where it is bright', () => {
  const image = new Float32Array(16 * 16 * 3).fill(0.3);
  const values = 3 * STYLE_CELLS ** 2;
  expect(Math.max(...styleOf(image, [16, 16]).subarray(values, 2 * values))).toBeLessThan(1e-6);
  image.subarray(0, 16 * 3).fill(1); // the top row of pixels
  const brighter = styleOf(image, [16, 16]).subarray(0, values);
  brighter.forEach((value, i) => expect(value > 0.31).toBe(i < 3 * STYLE_CELLS));
});
