import { Rng, dot, mean } from '@id3/core';
import { expect, it } from 'vitest';
import { fitKappa, meanCosine } from './von-mises-fisher.ts';

/** A_3(κ) = coth κ - 1/κ. */
it.each([0.1, 1, 20, 500])('has the closed form of three dimensions at κ = %s', (kappa) => {
  expect(meanCosine(kappa, 3)).toBeCloseTo(1 / Math.tanh(kappa) - 1 / kappa, 10);
});

/** The cosine of a vMF sample to its mean direction (Wood 1994): by rejection, without any Bessel function. */
function drawCosine(rng: Rng, kappa: number, d: number): number {
  const b = (d - 1) / (2 * kappa + Math.sqrt(4 * kappa ** 2 + (d - 1) ** 2));
  const x = (1 - b) / (1 + b);
  const c = kappa * x + (d - 1) * Math.log(1 - x ** 2);
  for (;;) {
    // Beta((d-1)/2, (d-1)/2) is the square of a coordinate's share on a sphere: half of the coordinates of 2(d-1) normals' squares.
    const squares = Array.from(rng.normals(2 * (d - 1)), (value) => value ** 2);
    const total = dot(
      squares,
      squares.map(() => 1),
    );
    const z =
      dot(
        squares.slice(0, d - 1),
        squares.slice(0, d - 1).map(() => 1),
      ) / total;
    const w = (1 - (1 + b) * z) / (1 - (1 - b) * z);
    if (kappa * w + (d - 1) * Math.log(1 - x * w) - c >= Math.log(1 - rng.uniform())) return w;
  }
}

it.each([
  [3, 2],
  [3, 50],
  [24, 10],
  [24, 400],
  [512, 300],
  [512, 3000],
])('finds κ of samples in %s dimensions, κ = %s, within 5 %', (d, kappa) => {
  const rng = new Rng(1, 'vmf', d, kappa);
  const cosines = Array.from({ length: 4000 }, () => drawCosine(rng, kappa, d));
  expect(Math.abs(fitKappa(mean(cosines), d) / kappa - 1)).toBeLessThan(0.05);
});

it('of no agreement is 0, and of perfect agreement large but finite', () => {
  expect(fitKappa(-0.2, 24)).toBe(0);
  expect(fitKappa(0, 24)).toBe(0);
  expect(fitKappa(1, 24)).toBe(1e6);
});
