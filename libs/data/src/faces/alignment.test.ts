import { describe, expect, it } from 'vitest';
import { Rng } from '@id3/core';
import { ARCFACE_TEMPLATE, applySimilarity, fitSimilarity, templateFor, type Point } from './alignment.ts';

describe('fitSimilarity', () => {
  it('finds the similarity that points were moved by', () => {
    const moved = { a: 1.7 * Math.cos(0.4), b: 1.7 * Math.sin(0.4), tx: -3, ty: 12 };
    const fit = fitSimilarity(
      ARCFACE_TEMPLATE,
      ARCFACE_TEMPLATE.map((point) => applySimilarity(moved, point)),
    );
    for (const key of ['a', 'b', 'tx', 'ty'] as const) expect(fit[key]).toBeCloseTo(moved[key], 9);
  });
  it('has the least squared distance of all similarities near it', () => {
    const rng = new Rng(1, 'points');
    const from = ARCFACE_TEMPLATE.map(([x, y]): Point => [x / 50 + rng.normal(), y / 50 + rng.normal()]);
    const fit = fitSimilarity(from, ARCFACE_TEMPLATE);
    const distance = (s: typeof fit) =>
      from.reduce((sum, point, i) => {
        const [x, y] = applySimilarity(s, point);
        return sum + (x - ARCFACE_TEMPLATE[i][0]) ** 2 + (y - ARCFACE_TEMPLATE[i][1]) ** 2;
      }, 0);
    for (const key of ['a', 'b', 'tx', 'ty'] as const) {
      for (const step of [-0.01, 0.01]) {
        expect(distance({ ...fit, [key]: fit[key] + step })).toBeGreaterThan(distance(fit));
      }
    }
  });
  it('scales the template about the corner of the picture', () => {
    expect(templateFor(112)).toEqual(ARCFACE_TEMPLATE.map((p) => p.map((v) => expect.closeTo(v, 9))));
    expect(templateFor(224)[2][0]).toBeCloseTo(2 * ARCFACE_TEMPLATE[2][0] + 0.5, 9);
  });
});
