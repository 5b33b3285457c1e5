import { Rng } from '@id3/core';
import { describe, expect, it } from 'vitest';
import { fitPredictors, fittedImages } from './attributes.ts';

const WIDTH = 6;
/** 20 people × 15 images with values that are linear in their features up to the given noise. */
function draw(noise: number) {
  const rng = new Rng(1, 'attributes', noise);
  const labels = Array.from({ length: 300 }, (_, i) => Math.floor(i / 15));
  const features = Float64Array.from({ length: 300 * WIDTH }, (_, k) => (k % WIDTH === 3 ? 7 : rng.normal()));
  const values = labels.map(
    (_, i) => 40 + 10 * features[i * WIDTH] - 5 * features[i * WIDTH + 1] + noise * rng.normal(),
  );
  return { features, labels, values };
}

describe('fitPredictors', () => {
  it('recovers a linear attribute, with a constant feature among the others', () => {
    const { features, labels, values } = draw(0);
    const predictor = fitPredictors(features, { values }, labels).values!;
    expect(predictor.heldOut.r2).toBeGreaterThan(0.999);
    predictor.predict(features).forEach((value, i) => expect(Math.abs(value - values[i])).toBeLessThan(1));
  });

  it('tells its error on people it has not seen', () => {
    const { features, labels, values } = draw(10);
    const { r2, meanAbsoluteError } = fitPredictors(features, { values }, labels).values!.heldOut;
    // Var 125 of 225 is linear; mean |N(0, 10)| = 7.98
    expect(Math.abs(r2 - 125 / 225)).toBeLessThan(0.2);
    expect(Math.abs(meanAbsoluteError - 7.98)).toBeLessThan(2);
    const noise = values.map((_, i) => new Rng(i, 'noise').normal());
    expect(fitPredictors(features, { noise }, labels).noise!.heldOut.r2).toBeLessThan(0.1);
  });

  it('fits several attributes as each alone', () => {
    const [{ features, labels, values }, other] = [draw(10), draw(3).values];
    const { a, b } = fitPredictors(features, { a: values, b: other }, labels);
    for (const [together, targets] of [
      [a, values],
      [b, other],
    ] as const) {
      const alone = fitPredictors(features, { alone: targets }, labels).alone!;
      expect(together!.heldOut).toEqual(alone.heldOut);
      expect(together!.predict(features)).toEqual(alone.predict(features));
    }
  });

  it('asks for ten people', () => {
    const { features, values } = draw(0);
    expect(
      fitPredictors(
        features,
        { values },
        values.map((_, i) => i % 9),
      ),
    ).toEqual({});
  });

  it('is fitted on evenly taken images', () => {
    expect([...fittedImages(4)]).toEqual([0, 1, 2, 3]);
    const many = fittedImages(1_000_000);
    expect(many.length).toBe(5000);
    expect(many[1]).toBe(200);
  });
});
