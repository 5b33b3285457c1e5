import type { Interval } from '@id3/report';
import sharp from 'sharp';
import { textImage } from './text-image.ts';

/** A share, and how far it may be off. */
type Point = Pick<Interval, 'mean' | 'halfWidth'>;

/** Shares, such as accuracies, over a few steps of one thing. */
export interface Panel {
  readonly title: string;
  /** What each step is, from left to right. */
  readonly ticks: readonly string[];
  /** For each line its share at each tick; undefined where there is none. */
  readonly lines: readonly (readonly (Point | undefined)[])[];
}

const [WIDTH, HEIGHT] = [220, 200];
const [LEFT, RIGHT, HEADER, LEGEND] = [44, 12, 30, 24];
/** Of ticks' labels: the height of a row, what is free above the first and below the last, and the width of a letter. */
const [TICK_ROW, TICK_MARGIN, TICK_LETTER] = [18, 4, 8];
const COLOURS = ['#2563eb', '#111827', '#d97706', '#059669', '#dc2626', '#7c3aed'];
/** Spaces between the lines across. */
const SPACES = 4;

const colourOf = (line: number): string => COLOURS[line % COLOURS.length];

/** The height of a share where the lowest one shown is `lowest`. */
const height = (share: number, lowest: number): number =>
  HEADER + ((1 - Math.max(lowest, share)) / (1 - lowest)) * HEIGHT;

/** Where tick k of n lies in its panel. */
const x = (k: number, n: number): number =>
  LEFT + 10 + (n > 1 ? k / (n - 1) : 0) * (WIDTH - LEFT - RIGHT - 20);

/** Rows in which the labels of a panel's ticks stand by turns, so that none runs into its neighbour. */
function tickRows(ticks: readonly string[]): number {
  const widest = TICK_LETTER * Math.max(...ticks.map(({ length }) => length));
  return ticks.length < 2 ? 1 : Math.ceil(widest / (x(1, ticks.length) - x(0, ticks.length)));
}

/** How a line is drawn, and where. */
interface Drawing {
  readonly colour: string;
  readonly left: number;
  readonly y: (share: number) => number;
}

/** A line with its intervals; it is broken where a value is missing. */
function curve(line: Panel['lines'][number], { colour, left, y }: Drawing): string {
  const marks = line.map((value, k) => {
    if (value === undefined) return '';
    const [at, half] = [left + x(k, line.length), value.halfWidth ?? 0];
    const before = k === 0 ? undefined : line[k - 1];
    const [top, bottom] = [Math.min(1, value.mean + half), Math.max(0, value.mean - half)].map(y);
    return (
      (before === undefined
        ? ''
        : `<line x1="${left + x(k - 1, line.length)}" x2="${at}" y1="${y(before.mean)}" y2="${y(value.mean)}"/>`) +
      `<line x1="${at}" x2="${at}" y1="${top}" y2="${bottom}"/>` +
      `<circle cx="${at}" cy="${y(value.mean)}" r="3" fill="${colour}"/>`
    );
  });
  return `<g stroke="${colour}" stroke-width="2">${marks.join('')}</g>`;
}

/**
 * Panels side by side as a PNG, with how far each share may be off; `names` says whose the lines are.
 *
 * @param lowest the share at the foot of the panels, 0 unless given; 100 % is at their head
 * @param chance the share that is drawn dashed where the panels have a line for it
 */
export async function curvesPng(
  panels: readonly Panel[],
  names: readonly string[],
  { lowest = 0, chance }: { lowest?: number; chance?: number } = {},
): Promise<Buffer> {
  const y = (share: number) => height(share, lowest);
  const grid = Array.from({ length: SPACES + 1 }, (_, k) => 100 * (lowest + ((1 - lowest) * k) / SPACES));
  const rows = Math.max(1, ...panels.map(({ ticks }) => tickRows(ticks)));
  const below = HEADER + HEIGHT + TICK_ROW * rows + 2 * TICK_MARGIN;
  const [width, whole] = [WIDTH * panels.length, below + LEGEND * names.length + 8];
  const shapes = panels.flatMap(({ lines }, p) => [
    ...grid.map(
      (percent) =>
        `<line x1="${p * WIDTH + LEFT}" x2="${(p + 1) * WIDTH - RIGHT}" y1="${y(percent / 100)}" y2="${y(percent / 100)}" stroke="#d1d5db"${percent / 100 === chance ? ' stroke-dasharray="4 3"' : ''}/>`,
    ),
    ...lines.map((line, k) => curve(line, { colour: colourOf(k), left: p * WIDTH, y })),
  ]);
  const keys = names.map((_, k) => {
    const middle = below + LEGEND * (k + 0.5);
    return `<line x1="${LEFT}" x2="${LEFT + 24}" y1="${middle}" y2="${middle}" stroke="${colourOf(k)}" stroke-width="2"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${whole}"><rect width="100%" height="100%" fill="white"/>${[...shapes, ...keys].join('')}</svg>`;
  const texts = [
    ...panels.flatMap(({ title, ticks }, p) => [
      textImage(title, { left: p * WIDTH + LEFT, top: 0, width: WIDTH - LEFT - RIGHT, height: HEADER }),
      ...ticks.map((tick, k) =>
        textImage(tick, {
          left: Math.round(p * WIDTH + x(k, ticks.length)) - 22,
          top: HEADER + HEIGHT + TICK_MARGIN + TICK_ROW * (k % tickRows(ticks)),
          width: 44,
          height: TICK_ROW,
        }),
      ),
      ...grid.map((percent) =>
        textImage(String(percent), {
          left: p * WIDTH + 4,
          top: y(percent / 100) - 10,
          width: LEFT - 10,
          height: 20,
        }),
      ),
    ]),
    ...names.map((name, k) =>
      textImage(
        name,
        { left: LEFT + 32, top: below + LEGEND * k, width: width - LEFT - 40, height: LEGEND },
        { align: 'left' },
      ),
    ),
  ];
  return sharp(Buffer.from(svg))
    .composite(await Promise.all(texts))
    .png()
    .toBuffer();
}
