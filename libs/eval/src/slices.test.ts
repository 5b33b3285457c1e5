import type { FaceRecord, Pair } from '@id3/data';
import { describe, expect, it } from 'vitest';
import { slicePairs } from './slices.ts';

const records: FaceRecord[] = [
  { label: 0, age: 20, yaw: -30, gender: 'female', race: 'asian' },
  { label: 0, age: 29.9, yaw: 31, gender: 'female', race: 'asian' },
  { label: 1, age: 60, yaw: 0, gender: 'male', race: 'asian' },
  { label: 2, gender: 'male', race: 'african' },
];
const pair = (a: number, b: number, fold: number): Pair => ({
  a,
  b,
  fold,
  same: records[a].label === records[b].label,
});
// Distances: a right match, a right rejection, a false match, a miss at the stricter second fold.
const pairs = [pair(0, 1, 0), pair(0, 2, 0), pair(2, 3, 1), pair(0, 1, 1)];
const slices = slicePairs([0.5, 1.5, 0.1, 0.5], pairs, [1, 0.3], (i) => records[i]);
const slice = (by: string, name: string) => slices.find((one) => one.by === by && one.name === name);

describe('slicePairs', () => {
  it('judges each pair at the threshold of its fold', () => {
    expect(slice('gender', 'female')).toEqual({
      by: 'gender',
      name: 'female',
      pairs: 2,
      same: 2,
      accuracy: 0.5,
      falseMatchRate: null,
      falseNonMatchRate: 0.5,
    });
    expect(slice('gender', 'male')).toMatchObject({ pairs: 1, accuracy: 0, falseMatchRate: 1 });
    expect(slice('gender', 'two genders')).toMatchObject({ pairs: 1, accuracy: 1, falseMatchRate: 0 });
    expect(slice('race', 'asian')).toMatchObject({ pairs: 3, same: 2, accuracy: 2 / 3 });
    expect(slice('race', 'two races')).toMatchObject({ pairs: 1 });
  });

  it('bins gaps, the last bin open, and leaves out what is not known', () => {
    expect(slices.filter(({ by }) => by === 'age gap').map(({ name, pairs }) => [name, pairs])).toEqual([
      ['0–10 years', 2],
      ['40 years and more', 1],
    ]);
    expect(slices.filter(({ by }) => by === 'yaw gap').map(({ name, pairs }) => [name, pairs])).toEqual([
      ['30–45°', 1],
      ['60° and more', 2],
    ]);
    expect(slicePairs([1], [pair(2, 3, 0)], [1], () => ({ label: 0 }))).toEqual([]);
  });
});
