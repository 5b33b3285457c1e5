import type { Result, ResultTable } from '@id3/report';
import sharp from 'sharp';
import { textImage } from './text-image.ts';

const TITLE_WIDTH = 270;
const COLUMN_WIDTH = 140;
const HEADER = 34;
const ROW = 46;
const FOOTER = 40;
const MARGIN = 14;
const ACCENT = '#2563eb';
const GREY = '#6b7280';
/** Accuracy in % at the left side of every column; chance is 50. */
const LOWEST = 45;

/** Pixels from a column's left side to an accuracy (a share), which is cut off at the sides. */
const position = (accuracy: number): number =>
  MARGIN +
  ((Math.min(Math.max(100 * accuracy, LOWEST), 100) - LOWEST) / (100 - LOWEST)) * (COLUMN_WIDTH - 2 * MARGIN);

/** A dot with its interval; the row all others are compared with is filled. */
function mark(result: Result | undefined, left: number, y: number, full: boolean): string {
  if (result === undefined) return '';
  const { mean, halfWidth = 0 } = result.accuracy;
  const [from, to, at] = [mean - halfWidth, mean + halfWidth, mean].map((value) => left + position(value));
  const colour = full ? ACCENT : '#111827';
  return (
    `<line x1="${from}" x2="${to}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="2"/>` +
    `<circle cx="${at}" cy="${y}" r="4" fill="${full ? colour : 'white'}" stroke="${colour}" stroke-width="2"/>`
  );
}

/**
 * The table as a PNG: variants × benchmarks, each cell the accuracy and, on a scale from 45 to 100 %
 * that all columns share, a dot with its 95 % confidence interval. A line marks the full row's mean.
 */
export async function chartPng({ columns, rows, baseline }: ResultTable): Promise<Buffer> {
  const x = (column: number) => TITLE_WIDTH + column * COLUMN_WIDTH;
  const y = (row: number) => HEADER + row * ROW;
  const width = x(columns.length);
  const bottom = y(rows.length);
  const shapes = [
    ...rows.map((_, row) =>
      row % 2 === 0 ? `<rect x="0" y="${y(row)}" width="${width}" height="${ROW}" fill="#f6f7f9"/>` : '',
    ),
    ...columns.flatMap((column, k) => {
      const full = baseline?.results[column];
      if (full === undefined) return [];
      const at = x(k) + position(full.accuracy.mean);
      return `<line x1="${at}" x2="${at}" y1="${HEADER}" y2="${bottom}" stroke="${ACCENT}" stroke-opacity="0.35"/>`;
    }),
    ...rows.flatMap(({ name, results }, row) =>
      columns.map((column, k) => mark(results[column], x(k), y(row) + 31, name === baseline?.name)),
    ),
  ];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${bottom + FOOTER}"><rect width="100%" height="100%" fill="white"/>${shapes.join('')}</svg>`;
  const texts = [
    ...columns.map((column, k) =>
      textImage(column, { left: x(k), top: 0, width: COLUMN_WIDTH, height: HEADER }),
    ),
    ...rows.map(({ title }, row) =>
      textImage(title, { left: 8, top: y(row), width: TITLE_WIDTH - 8, height: ROW }, { align: 'left' }),
    ),
    ...rows.flatMap(({ results }, row) =>
      columns.map((column, k) =>
        textImage(cell(results[column]), { left: x(k), top: y(row) + 2, width: COLUMN_WIDTH, height: 22 }),
      ),
    ),
    textImage(
      'Accuracy in % with its 95 % confidence interval over seeds and folds; every column runs from 45 to 100. Line: the full method.',
      { left: 8, top: bottom, width: width - 16, height: FOOTER },
      { align: 'left', colour: GREY },
    ),
  ];
  return sharp(Buffer.from(svg))
    .composite(await Promise.all(texts))
    .png()
    .toBuffer();
}

function cell(result: Result | undefined): string {
  if (result === undefined) return '–';
  const { mean, halfWidth } = result.accuracy;
  return (100 * mean).toFixed(1) + (halfWidth === undefined ? '' : ` ± ${(100 * halfWidth).toFixed(1)}`);
}
