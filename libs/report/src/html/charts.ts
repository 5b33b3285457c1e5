import type { BenchmarkIntervals, SweepLine } from '../charts/data.ts';
import { linesOf } from '../charts/layout.ts';
import { markup, type Content, type Markup } from './markup.ts';

/** Percentages from the least to the most that is shown. */
type Range = readonly [from: number, to: number];

/** Units of a chart, which are pixels where it has its own size. */
const WIDTH = 360;
/** How wide a character of a label is, at most. */
const CHARACTER = 7;
/** How many characters of a row's title stand on one line. */
const TITLE = 24;
const ROWS = { left: 164, right: 16, top: 6, bounds: 24, row: 32, below: 26 };
const CURVE = { left: 40, right: 16, top: 10, height: 170, below: 26 };

const rounded = (value: number): number => Number(value.toFixed(1));

const clamped = (value: number, [from, to]: Range): number => Math.min(to, Math.max(from, value));

/** Tens, or twenties where tens would be too many. */
function ticksOf([from, to]: Range): number[] {
  const step = to - from > 60 ? 20 : 10;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, k) => first + k * step);
}

const panel = (
  name: string,
  about: string,
  height: number,
  shapes: readonly Content[],
): Markup => markup`<div class="panel">
<h3>${name}</h3>
<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${`${name}: ${about}`}">
${shapes}
</svg>
</div>
`;

/** One column of a table as dots with their intervals, in the table's order from above; ceiling and floor are lines. */
export function intervalChart({ name, dots, bounds }: BenchmarkIntervals, range: Range): Markup {
  const { left, right, row, below } = ROWS;
  const top = ROWS.top + (bounds.length > 0 ? ROWS.bounds : 0);
  const bottom = top + row * dots.length;
  const x = (percent: number) =>
    rounded(left + ((clamped(percent, range) - range[0]) / (range[1] - range[0])) * (WIDTH - left - right));
  return panel(name, 'mean and 95 % interval of each row, in %', bottom + below, [
    ...ticksOf(range).map(
      (tick) =>
        markup`<path class="grid" d="M${x(tick)} ${top}V${bottom}"/><text x="${x(tick)}" y="${bottom + 16}" text-anchor="middle">${tick}</text>`,
    ),
    // Each name on a line of its own: the two may lie close together.
    ...bounds.map(
      (bound, k) =>
        markup`<path class="bound-${k + 1}" d="M${x(bound.mean)} ${top}V${bottom}"/><text x="${x(bound.mean)}" y="${top - 4 - 12 * (k % 2)}" text-anchor="${x(bound.mean) > WIDTH - 50 ? 'end' : 'middle'}">${bound.name}</text>`,
    ),
    ...dots.map(({ title, mean, halfWidth, baseline }, k) => {
      const y = top + row * (k + 0.5);
      return markup`${rowTitle(title, y)}<g class="${baseline ? 'dot base' : 'dot'}"><path d="M${x(mean - halfWidth)} ${y}H${x(mean + halfWidth)}"/><circle cx="${x(mean)}" cy="${y}" r="4"/></g>\n`;
    }),
  ]);
}

function rowTitle(title: string, y: number): Markup {
  const lines = linesOf(title, TITLE);
  const first = y + 4 - 6.5 * (lines.length - 1);
  return markup`<text class="row" text-anchor="end">${lines.map((line, k) => markup`<tspan x="${ROWS.left - 10}" y="${first + 13 * k}">${line}</tspan>`)}</text>`;
}

/** One column of a table over the values of a field, at equal distances: of each line its means, and its 95 % band. */
export function curveChart(
  column: string,
  field: string,
  values: readonly string[],
  lines: readonly (readonly (SweepLine['points'][number]['cells'][number] | undefined)[])[],
  range: Range,
): Markup {
  const { left, right, top, height, below } = CURVE;
  const bottom = top + height;
  const inset = 16;
  const x = (k: number) =>
    rounded(
      left + inset + (values.length > 1 ? k / (values.length - 1) : 0.5) * (WIDTH - left - right - 2 * inset),
    );
  const y = (percent: number) =>
    rounded(bottom - ((clamped(percent, range) - range[0]) / (range[1] - range[0])) * height);
  // Values that would run into one another are left out.
  const longest = Math.max(...values.map((value) => value.length));
  const every = Math.ceil((values.length * (longest + 1) * CHARACTER) / (WIDTH - left - right));
  return panel(column, `accuracy in % over ${field}, with 95 % bands`, bottom + below, [
    ...ticksOf(range).map(
      (tick) =>
        markup`<path class="grid" d="M${left} ${y(tick)}H${WIDTH - right}"/><text x="${left - 8}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`,
    ),
    ...values.map(
      (value, k) =>
        k % every === 0 && markup`<text x="${x(k)}" y="${bottom + 18}" text-anchor="middle">${value}</text>`,
    ),
    ...lines.map((cells, k) => {
      const points = cells.flatMap((cell, at) => (cell ? [{ ...cell, x: x(at) }] : []));
      const upper = points.map((point) => `${point.x} ${y(point.high)}`);
      const lower = points.map((point) => `${point.x} ${y(point.low)}`).reverse();
      return markup`<g class="line series-${(k % 4) + 1}"><path class="band" d="M${[...upper, ...lower].join('L')}Z"/><path d="M${points.map((point) => `${point.x} ${y(point.mean)}`).join('L')}"/>${points.map((point) => markup`<circle cx="${point.x}" cy="${y(point.mean)}" r="3"/>`)}</g>\n`;
    }),
  ]);
}

/** What each line of a curve is, beside a piece of it. */
export const curveLegend = (titles: readonly string[]): Markup => markup`<ul class="legend">
${titles.map((title, k) => markup`<li><svg viewBox="0 0 28 8" width="28" height="8" aria-hidden="true"><g class="line series-${(k % 4) + 1}"><path d="M0 4H28"/></g></svg>${title}</li>\n`)}</ul>
`;
