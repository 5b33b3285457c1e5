import { expect, it } from 'vitest';
import { fivePoints, type Point } from '@id3/data';
import { distanceTo, shiftOf } from './landmarks.ts';

/** Eyes 20 and mouth 40 pixels apart, 50 below each other, turned by a right angle to the image's right and moved by `x`. */
const face = (x: number) =>
  fivePoints((k): Point => [
    [
      [0, -10],
      [0, 10],
      [-25, 0],
      [-50, -20],
      [-50, 20],
    ][k][0] + x,
    [-10, 10, 0, -20, 20][k],
  ]);

it('are measured in distances from the eyes to the mouth, whatever their roll', () => {
  expect(shiftOf(face(0), face(5))).toBeCloseTo(0.1, 12);
  const [left, right, nose] = face(0);
  expect(distanceTo([left, right, nose, [-50, 0]], face(0))).toBeCloseTo(0, 12);
  // The eyes the wrong way round, 20 pixels each, and a mouth that lies 10 pixels off.
  expect(distanceTo([right, left, nose, [-50, 10]], face(0))).toBeCloseTo((20 + 20 + 0 + 10) / 4 / 50, 12);
});
