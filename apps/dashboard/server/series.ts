import { createLTTB } from 'downsample';

/** A point of a metric's curve: its value at a step, null where it was not a number, and when it was logged (ms since 1970). */
export interface Point {
  readonly step: number;
  readonly value: number | null;
  readonly time: number;
}

/** A curve as it is sent: down-sampled; null stands at the first of steps without a finite number, where the line has a gap. */
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

/** A metric's curve of at most `count` values and as many gaps, and how many of its steps have no finite number. */
export function curveOf(
  points: readonly Point[],
  count: number,
): { points: Curve; steps: number; notFinite: number } {
  const gaps = points.filter(
    (point, i) => !isFinitePoint(point) && (i === 0 || isFinitePoint(points[i - 1])),
  );
  const shown = gaps.filter((_, i) => i % Math.ceil(gaps.length / count) === 0);
  const kept = [...downsample(points, count), ...shown].sort((a, b) => a.step - b.step);
  return {
    points: kept.map((point) => [point.step, isFinitePoint(point) ? point.value : null, point.time]),
    steps: points.length,
    notFinite: points.filter((point) => !isFinitePoint(point)).length,
  };
}
