import { describe, expect, it } from 'vitest';
import { UserError } from '@id3/core';
import { parseCfpFiducials, readCfpFiducials } from './cfp-fiducials.ts';

/** A file of 30 points, all in the middle of the nose's line but an eye and a mouth's corner, turned and counted from 1. */
function fileOf(turn: (x: number, y: number) => [number, number]): string {
  const points = Array.from({ length: 30 }, (_, k) => turn(0, k - 20));
  for (let k = 12; k < 18; k++) points[k] = turn(-20, -10);
  points[25] = turn(-15, 30);
  return points.map(([x, y]) => `${x + 1},${y + 1}\n`).join('');
}

describe('CFP’s fiducials', () => {
  const angle = 0.3;
  const turn = (x: number, y: number): [number, number] => [
    100 + x * Math.cos(angle) - y * Math.sin(angle),
    90 + x * Math.sin(angle) + y * Math.cos(angle),
  ];
  it('of a frontal photo are mirrored at the nose, however the head is tilted', () => {
    const { five } = parseCfpFiducials(fileOf(turn), false, 'x');
    const wanted = [turn(-20, -10), turn(20, -10), turn(0, 1), turn(-15, 30), turn(15, 30)];
    five.forEach((point, k) => point.forEach((v, c) => expect(v).toBeCloseTo(wanted[k][c], 8)));
  });
  it('of a profile have the far side behind the near one', () => {
    const { five, eye, mouth } = parseCfpFiducials(fileOf(turn), true, 'x');
    expect([five[0], five[1], five[3], five[4]]).toEqual([eye, eye, mouth, mouth]);
  });
  it('are refused in a sentence where they are none', () => {
    for (const text of ['', '1,2\n', fileOf(turn).replace(',', ';'), fileOf(turn).replace(/^[^,]+/, 'NaN')])
      expect(() => parseCfpFiducials(text, true, 'f.txt')).toThrow(/^f.txt holds no 30 lines x,y; take CFP/);
    expect(() => readCfpFiducials('/photos/a.jpg')).toThrow(UserError);
    expect(() => readCfpFiducials('/cfp/Data/Images/001/frontal/01.jpg')).toThrow(
      '/cfp/Data/Fiducials/001/frontal/01.txt cannot be read (ENOENT)',
    );
  });
});
