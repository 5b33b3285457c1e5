import { expect, it } from 'vitest';
import { linesOf, rangeOf } from './layout.ts';

it('a title is broken between words into two lines, and cut only beyond them', () => {
  expect(linesOf('ID³', 24)).toEqual(['ID³']);
  expect(linesOf('without attribute conditioning', 24)).toEqual(['without attribute', 'conditioning']);
  expect(linesOf('without reversed likelihood score', 24)).toEqual(['without reversed', 'likelihood score']);
  expect(linesOf('without anchors (random directions)', 24)).toEqual([
    'without anchors (random',
    'directions)',
  ]);
  expect(linesOf('like Vec2Face: the embedding perturbed', 24)).toEqual([
    'like Vec2Face: the',
    'embedding perturbed',
  ]);
  const [first, second, ...more] = linesOf(
    'one two three four five six seven eight nine ten eleven twelve',
    24,
  );
  expect(more).toEqual([]);
  expect(first).toBe('one two three four five');
  expect(second).toMatch(/^six seven eight nine te?n?…$/);
});

it('a scale is the least range of tens, never empty and never outside of 0 to 100', () => {
  expect(rangeOf([])).toEqual([0, 100]);
  expect(rangeOf([52, 88.5, 61])).toEqual([50, 90]);
  expect(rangeOf([-4, 104])).toEqual([0, 100]);
  expect(rangeOf([100, 100])).toEqual([90, 100]);
  expect(rangeOf([0])).toEqual([0, 10]);
  expect(rangeOf([70])).toEqual([70, 80]);
});
