import { LTTB } from 'downsample';

/** A metric's course: at each step its value, null where it was not a number, and when it was logged (ms since 1970). */
export interface Point {
  readonly step: number;
  readonly value: number | null;
  readonly time: number;
}

/**
 * At most `count` points that keep the shape of the course (largest triangle three buckets; Steinarsson 2013), the
 * first and the last among them. Values that are no numbers have no place on a curve and are left out.
 */
export function downsample(points: readonly Point[], count: number): Point[] {
  const finite = points.filter(({ value }) => value !== null && Number.isFinite(value));
  if (finite.length <= count) return finite;
  const at = new Map(finite.map((point) => [point.step, point]));
  const kept = LTTB(
    finite.map(({ step, value }): [number, number] => [step, value!]),
    count,
  ) as [number, number][];
  return kept.map(([step]) => at.get(step)!);
}
