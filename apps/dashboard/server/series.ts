import { createLTTB } from 'downsample';

/** A point of a metric's curve: its value at a step, null where it was not a number, and when it was logged (ms since 1970). */
export interface Point {
  readonly step: number;
  readonly value: number | null;
  readonly time: number;
}

/** A curve as it is sent: down-sampled; null stands at the first and the last of steps without a finite number, where the line has a gap. */
export type Curve = readonly (readonly [step: number, value: number | null, time: number])[];

/** What `/api/series` answers. */
export interface SeriesAnswer {
  readonly series: readonly {
    readonly run: number;
    readonly key: string;
    readonly points: Curve;
    readonly steps: number;
    /** Of those, with NaN or an infinity. */ readonly notFinite: number;
  }[];
}

interface FinitePoint extends Point {
  readonly value: number;
}
const isFinitePoint = (point: Point): point is FinitePoint => Number.isFinite(point.value);

const largestTriangles = createLTTB<FinitePoint>({ x: ({ step }) => step, y: ({ value }) => value });

/**
 * At most `count` points that keep the shape of the curve (largest triangle three buckets; Steinarsson 2013), the first and
 * the last among them. Values that are no numbers have no place on a curve and are left out.
 */
export function downsample(points: readonly Point[], count: number): FinitePoint[] {
  const finite = points.filter(isFinitePoint);
  return finite.length <= count ? finite : Array.from(largestTriangles(finite, count));
}

/** A metric's curve of at most `count` values and half as many gaps, and how many of its steps have no finite number. */
export function curveOf(
  points: readonly Point[],
  count: number,
): { points: Curve; steps: number; notFinite: number } {
  const gaps = gapsOf(points);
  const shown = gaps.filter((_, i) => i % Math.ceil((2 * gaps.length) / count) === 0).flat();
  const kept = [...downsample(points, count), ...shown].sort((a, b) => a.step - b.step);
  return {
    points: kept.map((point) => [point.step, isFinitePoint(point) ? point.value : null, point.time]),
    steps: points.length,
    notFinite: points.filter((point) => !isFinitePoint(point)).length,
  };
}

/** Of each run of points without a finite number the first and the last, or the only one. */
function gapsOf(points: readonly Point[]): Point[][] {
  const gaps: Point[][] = [];
  points.forEach((point, i) => {
    if (isFinitePoint(point)) return;
    if (i === 0 || isFinitePoint(points[i - 1])) gaps.push([point]);
    else gaps[gaps.length - 1][1] = point;
  });
  return gaps;
}
