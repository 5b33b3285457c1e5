import { expect, it } from 'vitest';
import { smooth } from './smooth.ts';

it('leaves values as they are without smoothing', () => {
  expect(smooth([3, 1, 2], 0)).toEqual([3, 1, 2]);
});

it('gives the weighted means worked out by hand', () => {
  // weights ½, ¼, ⅛ from the newest, divided by their sum
  const [a, b, c] = smooth([4, 2, 8], 0.5);
  expect(a).toBeCloseTo(4, 12);
  expect(b).toBeCloseTo((2 * 2 + 4) / 3, 12);
  expect(c).toBeCloseTo((4 * 8 + 2 * 2 + 4) / 7, 12);
});

it('keeps a constant', () => {
  for (const value of smooth(
    Array.from({ length: 50 }, () => 7),
    0.95,
  ))
    expect(value).toBeCloseTo(7, 9);
});
