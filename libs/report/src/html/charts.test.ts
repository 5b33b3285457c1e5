import { expect, it } from 'vitest';
import { curveChart, intervalChart } from './charts.ts';

/** Numbers read off a chart by its labelled grid, as a reader would. */
function scaleOf(svg: string, grid: RegExp): (at: number) => number {
  const ticks = [...svg.matchAll(grid)].map(([, at, label]) => [Number(at), Number(label)]);
  const [[x0, v0], [x1, v1]] = [ticks[0], ticks.at(-1)!];
  return (at) => v0 + ((at - x0) / (x1 - x0)) * (v1 - v0);
}

const numbers = (svg: string, pattern: RegExp): number[][] =>
  [...svg.matchAll(pattern)].map(([, ...found]) => found.map(Number));

it('dots and intervals can be read off the grid; what is beyond it ends there', () => {
  const dots = [
    { title: 'a row with a title of two lines', mean: 73.2, halfWidth: 4.5, baseline: true },
    { title: 'b', mean: 88, halfWidth: 20, baseline: false },
  ];
  const { text } = intervalChart({ name: 'lfw', dots, bounds: [{ name: 'ceiling', mean: 95 }] }, [60, 100]);
  const read = scaleOf(text, /class="grid" d="M([\d.]+) [^>]*><text[^>]*>(\d+)</g);
  const found = numbers(text, /<path d="M([\d.]+) [\d.]+H([\d.]+)"\/><circle cx="([\d.]+)"/g);
  const wanted = [
    [68.7, 77.7, 73.2],
    [68, 100, 88],
  ];
  found.forEach((row, k) => row.forEach((at, j) => expect(read(at)).toBeCloseTo(wanted[k][j], 0)));
  expect(found).toHaveLength(2);
  expect(read(numbers(text, /class="bound-1" d="M([\d.]+) /g)[0][0])).toBeCloseTo(95, 0);
  expect(text.match(/class="dot base"/g)).toHaveLength(1);
});

it('curves can be read off the grid, with gaps where nothing is known', () => {
  const cell = (mean: number) => ({ mean, low: mean - 2, high: mean + 3, text: '' });
  const lines = [
    [cell(70), cell(75), cell(78.5)],
    [cell(61), undefined, cell(64)],
  ];
  const { text } = curveChart('lfw', 'lb', ['0.2', '0.4', '0.6'], lines, [60, 90]);
  const read = scaleOf(text, /class="grid" d="M[\d.]+ ([\d.]+)H[^>]*><text[^>]*>(\d+)</g);
  const dots = numbers(text, /<circle cx="([\d.]+)" cy="([\d.]+)"/g);
  [70, 75, 78.5, 61, 64].forEach((mean, k) => expect(read(dots[k][1])).toBeCloseTo(mean, 0));
  expect(dots).toHaveLength(5);
  // The second line's dots stand below the first's of the same values.
  expect([dots[3][0], dots[4][0]]).toEqual([dots[0][0], dots[2][0]]);
  const [, band] = /class="band" d="M([^Z]*)Z"/.exec(text)!;
  const edges = band.split('L').map((point) => read(Number(point.split(' ')[1])));
  [73, 78, 81.5, 76.5, 73, 68].forEach((edge, k) => expect(edges[k]).toBeCloseTo(edge, 0));
});

it('labels of many or long values do not run into one another', () => {
  for (const [count, length] of [
    [3, 4],
    [12, 3],
    [40, 6],
    [5, 30],
  ]) {
    // prettier-ignore
    const values = Array.from({ length: count }, (_, k) => String(k).padEnd(length, 'x'));
    const cells = values.map(() => ({ mean: 70, low: 69, high: 71, text: '' }));
    const { text } = curveChart('lfw', 'field', values, [cells], [60, 80]);
    const places = numbers(text, /<text x="([\d.]+)" y="198" text-anchor="middle">/g).map(([x]) => x);
    expect(places.length).toBeGreaterThan(0);
    places.slice(1).forEach((x, k) => expect(x - places[k]).toBeGreaterThan(6 * length));
  }
});
