import { intervalsOf } from '../charts/data.ts';
import { rangeOf, rangeOfIntervals } from '../charts/layout.ts';
import type { Curves } from '../curves.ts';
import type { ResultTable } from '../tabulate.ts';
import { curveChart, curveLegend, intervalChart } from './charts.ts';
import type { Picture } from './data.ts';
import { markup, type Markup } from './markup.ts';

const figure = (kind: string, panels: readonly Markup[], caption: string): Markup =>
  markup`<figure class="${kind}">
    <div class="panels">${panels}</div>
    <figcaption>${caption}</figcaption>
  </figure> `;

/** Every column as dots with intervals, on one scale. */
export function intervalSection(table: ResultTable): Markup {
  const benchmarks = intervalsOf(table).filter(({ dots }) => dots.length > 0);
  const range = rangeOfIntervals(benchmarks);
  const { baseline } = table;
  const bounded = benchmarks.some(({ bounds }) => bounds.length > 0);
  return markup`<section>
    <h2>Intervals</h2>
    ${figure(
      'chart',
      benchmarks.map((benchmark) => intervalChart(benchmark, range)),
      `Accuracy in %, mean and 95 % interval, on one scale.${baseline === undefined ? '' : ` Coloured: ${baseline.title}.`}${bounded ? ' Dashed: ceiling and floor.' : ''}`,
    )}
  </section> `;
}

/** Of each field that takes several values a section: its curves in every column. */
export const curveSections = (curves: readonly Curves[]): Markup[] => curves.map(curveSection);

function curveSection({ field, lines }: Curves): Markup {
  const columns = [...new Set(lines.flatMap((line) => line.columns))];
  const values = [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))].sort(
    (a, b) => Number(a) - Number(b) || 0,
  );
  const cellsOf = ({ columns, points }: Curves['lines'][number], column: string) =>
    values.map((value) => points.find(({ x }) => x === value)?.cells[columns.indexOf(column)] ?? undefined);
  const drawn = columns.map((column) => lines.map((line) => cellsOf(line, column)));
  const range = rangeOf(drawn.flat(2).flatMap((cell) => (cell === undefined ? [] : [cell.low, cell.high])));
  const panels = columns.map((column, k) => curveChart(column, field, values.map(String), drawn[k], range));
  return markup`<section>
    <h2>Over ${field}</h2>
    ${lines.length > 1 && curveLegend(lines.map(({ title }) => title))}${figure(
      'chart',
      panels,
      `Accuracy in % over ${field}, values at equal distances: means with their 95 % bands.`,
    )}
  </section> `;
}

/** Faces that a variant's model made. */
export function pictureFigure({ title }: Picture, png: Uint8Array): Markup {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const caption = `Faces of ${title}: each row an identity, at the yaw and the age above.`;
  return markup`<figure class="faces">
    <img
      src="data:image/png;base64,${bytes.toString('base64')}"
      width="${width}"
      height="${height}"
      alt="${caption}"
    />
    <figcaption>${caption}</figcaption>
  </figure> `;
}
