import { createLTTB } from 'downsample';

/** A point of a metric's curve: its value at a step, null where it was not a number, and when it was logged (ms since 1970). */
export interface Point {
  readonly step: number;
  readonly value: number | null;
  readonly time: number;
}

/** A curve as it is sent: down-sampled, without what is no number. */
export type Curve = readonly (readonly [step: number, value: number, time: number])[];

/** What `/api/series` answers. */
export interface SeriesAnswer {
  readonly series: readonly { readonly run: number; readonly key: string; readonly points: Curve }[];
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
