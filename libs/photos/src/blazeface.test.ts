import { expect, it } from 'vitest';
import { decodeBlazeFace } from './blazeface.ts';

/** Outputs for a picture in which nobody sees anything. */
const blind = () => ({
  fineScores: new Float32Array(512).fill(-20),
  fineBoxes: new Float32Array(512 * 16),
  coarseScores: new Float32Array(384).fill(-20),
  coarseBoxes: new Float32Array(384 * 16),
});

it('boxes are counted from their anchor; of those that overlap the surest stays', () => {
  const outputs = blind();
  // The second anchor of the cell in row 3 and column 5 of 16: its middle is at (88, 56).
  const fine = 2 * (3 * 16 + 5) + 1;
  outputs.fineScores[fine] = 1;
  outputs.fineBoxes.set([2, -6, 40, 44, -10, -4, 12, -3], 16 * fine);
  // The same face by a coarse anchor in row 1 and column 2 of 8, at (80, 48), surer.
  const coarse = 6 * (1 * 8 + 2) + 5;
  outputs.coarseScores[coarse] = 2;
  outputs.coarseBoxes.set([11, 3, 40, 42, 0, 0, 20, 10, 10, 14, 8, 22], 16 * coarse);
  // Another face, far away.
  outputs.fineScores[0] = 0.5;
  outputs.fineBoxes.set([0, 0, 20, 20]);
  expect(decodeBlazeFace(blind(), 0.5)).toEqual([]);
  const [first, second, ...others] = decodeBlazeFace(outputs, 0.5);
  expect(others).toEqual([]);
  expect(first.score).toBeCloseTo(0.8808, 4);
  expect(first).toMatchObject({
    centre: [91, 51],
    width: 40,
    height: 42,
    points: [
      [80, 48],
      [100, 58],
      [90, 62],
      [88, 70],
    ],
  });
  expect(second.centre).toEqual([8, 8]);
  // Confidences of 0.73 and 0.62 are too small.
  expect(decodeBlazeFace(outputs, 0.75)).toHaveLength(1);
});
