import { expect, it } from 'vitest';
import { DOUBLES_LINES, doublesCsv, doublesPanel, doublesTable, doublesTexts } from './doubles-table.ts';

// On the circle at 0°, 10°, 90° and 200°: the first two are doubles at a cosine of 0.9.
const at = (...degrees: number[]) =>
  Float32Array.from(degrees.flatMap((a) => [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)]));

it('counts the people with a double over draws', () => {
  const table = doublesTable(
    [
      { identities: 4, kind: 'spread', draws: [at(0, 90, 180, 270), at(45, 135, 225, 315)] },
      { identities: 4, kind: 'random', draws: [at(0, 10, 90, 200), at(0, 1, 2, 90)] },
    ],
    0.9,
  );
  expect(table.rows.map(({ shares }) => shares)).toEqual([
    [0, 0],
    [0.5, 0.75],
  ]);
  expect(doublesTexts(table)[1]).toEqual(['4', '0.0 ± 0.0', '62.5 ± 12.5']);
  const { ticks, lines } = doublesPanel(table);
  expect(ticks).toEqual(['4']);
  expect(lines[DOUBLES_LINES.indexOf('random anchors')]).toEqual([{ mean: 0.625, halfWidth: 0.125 }]);
  expect(doublesCsv(table).split('\n')[3]).toBe('4,random,0.9,0,0.5');
});
