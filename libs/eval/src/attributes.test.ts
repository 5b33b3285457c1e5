import { Rng } from '@id3/core';
import { describe, expect, it } from 'vitest';
import { fitPredictor, fittedImages } from './attributes.ts';

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

describe('fitPredictor', () => {
  it('recovers a linear attribute, with a constant feature among the others', () => {
    const { features, labels, values } = draw(0);
    const predictor = fitPredictor(features, values, labels)!;
    expect(predictor.heldOut.r2).toBeGreaterThan(0.999);
    predictor.predict(features).forEach((value, i) => expect(Math.abs(value - values[i])).toBeLessThan(1));
  });

  it('tells its error on people it has not seen', () => {
    const { features, labels, values } = draw(10);
    const { r2, meanAbsoluteError } = fitPredictor(features, values, labels)!.heldOut;
    // Var 125 of 225 is linear; mean |N(0, 10)| = 7.98
    expect(Math.abs(r2 - 125 / 225)).toBeLessThan(0.2);
    expect(Math.abs(meanAbsoluteError - 7.98)).toBeLessThan(2);
    const noise = values.map((_, i) => new Rng(i, 'noise').normal());
    expect(fitPredictor(features, noise, labels)!.heldOut.r2).toBeLessThan(0.1);
  });

  it('asks for ten people', () => {
    const { features, values } = draw(0);
    expect(
      fitPredictor(
        features,
        values,
        values.map((_, i) => i % 9),
      ),
    ).toBeUndefined();
  });

  it('is fitted on evenly taken images', () => {
    expect([...fittedImages(4)]).toEqual([0, 1, 2, 3]);
    const many = fittedImages(1_000_000);
    expect(many.length).toBe(5000);
    expect(many[1]).toBe(200);
  });
});
