import { describe, expect, it } from 'vitest';
import { labelledPairs } from './labelled-pairs.ts';

describe('labelledPairs', () => {
  const labels = Array.from({ length: 120 }, (_, i) => i % 30);
  const pairs = labelledPairs(labels, 5, 1, 'lfw');
  it('has every pair of one person and as many of two, none twice', () => {
    expect(pairs.filter(({ same }) => same)).toHaveLength(30 * 6);
    expect(pairs.filter(({ same }) => !same)).toHaveLength(30 * 6);
    expect(new Set(pairs.map(({ a, b }) => `${Math.min(a, b)} ${Math.max(a, b)}`)).size).toBe(pairs.length);
    for (const { a, b, same } of pairs) expect(labels[a] === labels[b]).toBe(same);
  });
  it('keeps a person in one fold, and is a function of its seed', () => {
    const foldOf = new Map<number, number>();
    for (const { a, b, fold } of pairs)
      for (const person of [labels[a], labels[b]]) {
        expect(foldOf.get(person) ?? fold).toBe(fold);
        foldOf.set(person, fold);
      }
    expect(labelledPairs(labels, 5, 1, 'lfw')).toEqual(pairs);
    expect(labelledPairs(labels, 5, 2, 'lfw')).not.toEqual(pairs);
  });
  it('refuses too few people', () =>
    expect(() => labelledPairs([0, 0, 1, 1], 2, 1, 'lfw')).toThrow(
      'lfw has 2 people with several images, and pairs in 2 folds need 4 people;',
    ));
});
