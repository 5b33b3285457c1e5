import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curveOf, downsample, type Point } from './series.ts';

const curve = (values: (number | null)[]): Point[] =>
  values.map((value, step) => ({ step, value, time: 10 * step }));

describe('a curve', () => {
  it('has a gap where values are no finite numbers, and counts them', () => {
    const values = [1, NaN, Infinity, 4, null, 6].map((value) => (Number.isNaN(value) ? null : value));
    expect(curveOf(curve(values), 10)).toEqual({
      points: [
        [0, 1, 0],
        [1, null, 10],
        [2, null, 20],
        [3, 4, 30],
        [4, null, 40],
        [5, 6, 50],
      ],
      steps: 6,
      notFinite: 3,
    });
    expect(curveOf(curve([Infinity, -Infinity]), 10)).toEqual({
      points: [
        [0, null, 0],
        [1, null, 10],
      ],
      steps: 2,
      notFinite: 2,
    });
  });
  it('ends where its last step does, though that has no finite number', () => {
    expect(curveOf(curve([1, 2, null, null, null, null]), 10).points.map(([step]) => step)).toEqual([
      0, 1, 2, 5,
    ]);
  });
  it('is not longer for many gaps', () => {
    const { points, notFinite } = curveOf(
      curve(Array.from({ length: 2000 }, (_, i) => (i % 2 ? null : i))),
      100,
    );
    expect(points.length).toBeLessThanOrEqual(200);
    expect(points.filter(([, value]) => value === null).length).toBeGreaterThan(40);
    expect(notFinite).toBe(1000);
  });
});

describe('down-sampling', () => {
  it('leaves a short curve as it is, without what is no number', () => {
    expect(downsample(curve([1, null, 3]), 10).map(({ step }) => step)).toEqual([0, 2]);
  });

  it('keeps a peak of one step among thousands', () => {
    const values = Array.from({ length: 5000 }, (_, step) => (step === 3210 ? 100 : Math.sin(step / 500)));
    const kept = downsample(curve(values), 200);
    expect(kept).toHaveLength(200);
    expect(kept).toContainEqual({ step: 3210, value: 100, time: 32100 });
  });

  it('gives points of the curve, in order, with both ends', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 3, maxLength: 500 }),
        fc.integer({ min: 3, max: 100 }),
        (values, count) => {
          const points = curve(values);
          const kept = downsample(points, count);
          expect(kept.length).toBeLessThanOrEqual(Math.max(count, 3));
          expect([kept[0], kept.at(-1)]).toEqual([points[0], points.at(-1)]);
          const steps = kept.map(({ step }) => step);
          expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
          for (const point of kept) expect(point).toEqual(points[point.step]);
        },
      ),
    );
  });
});
