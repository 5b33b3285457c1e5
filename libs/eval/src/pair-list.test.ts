import type { Pair } from '@id3/data';
import { describe, expect, it } from 'vitest';
import { distinctPairs, lookAtPairs } from './pair-list.ts';

// Images 0 and 3 have equal pixels; 0 and 1 are Ann's, 2 and 3 Bea's, whose label is another's too.
const PIXELS = [7, 8, 9, 7];
const PEOPLE = ['Ann', 'Ann', 'Bea', 'Bea'];
const images = (pixels: readonly number[]) => ({
  count: pixels.length,
  image: (i: number) => Uint8Array.of(pixels[i], 1, 2),
});
const benchmark = { ...images(PIXELS), record: (i: number) => ({ label: 0, person: PEOPLE[i] }) };
const pair = (a: number, b: number, fold: number, same = false): Pair => ({ a, b, same, fold });

describe('a list of pairs', () => {
  it('is told what is wrong with it', () => {
    const pairs = [
      pair(0, 1, 0, true),
      pair(1, 0, 0, true),
      pair(0, 3, 0),
      pair(2, 3, 1, true),
      pair(2, 3, 1, true),
    ];
    expect(lookAtPairs(pairs, benchmark, images([5, 9, 7]))).toEqual({
      pairs: 5,
      // Bea; Ann is in the first fold alone.
      peopleInFolds: 1,
      listedTwice: 2,
      identical: 1,
      distinct: 2,
      // 0, 2 and 3
      inTraining: 3,
    });
    expect(distinctPairs(pairs, benchmark)).toEqual([pairs[0], pairs[3]]);
  });

  it('is all right where nothing is', () => {
    const pairs = [pair(0, 1, 0, true), pair(2, 3, 1, true)];
    expect(lookAtPairs(pairs, benchmark)).toEqual({
      pairs: 2,
      peopleInFolds: 0,
      listedTwice: 0,
      identical: 0,
      distinct: 2,
      inTraining: undefined,
    });
    expect(distinctPairs(pairs, benchmark)).toEqual(pairs);
  });

  it('tells people without names apart by labels', () => {
    const nameless = { ...benchmark, record: (i: number) => ({ label: i }) };
    expect(lookAtPairs([pair(0, 1, 0), pair(1, 2, 1)], nameless).peopleInFolds).toBe(1);
  });
});
