import { UserError } from '@id3/core';
import { describe, expect, it } from 'vitest';
import { planPairs, type PairingOptions } from './pairing.ts';

const options: PairingOptions = { name: 'bench', seed: 1, pairs: 600, folds: 10, people: 200 };
const groupOf = (person: number) => String(person % 3);

describe.each([
  ['quick', options],
  ['matched', { ...options, groupOf }],
  ['as large as LFW', { ...options, pairs: 6000, people: 600, groupOf }],
  ['crowded', { ...options, pairs: 80, folds: 2, people: 10 }],
])('a %s plan', (_, plan) => {
  const { images, pairs } = planPairs(plan);
  it('has equally many same and different pairs in each fold', () => {
    for (let fold = 0; fold < plan.folds; fold++)
      for (const same of [true, false])
        expect(pairs.filter((pair) => pair.fold === fold && pair.same === same)).toHaveLength(
          plan.pairs / plan.folds / 2,
        );
  });
  it('says the truth, in the right roles and groups, with no person in two folds', () => {
    const foldOf = new Map<number, number>();
    for (const { a, b, same, fold } of pairs) {
      const [first, second] = [images[a], images[b]];
      expect([first.role, second.role]).toEqual(['first', 'second']);
      expect(first.person === second.person).toBe(same);
      if (plan.groupOf) expect(plan.groupOf(first.person)).toBe(plan.groupOf(second.person));
      for (const { person } of [first, second]) {
        expect(foldOf.get(person) ?? fold).toBe(fold);
        foldOf.set(person, fold);
        expect(person).toBeLessThan(plan.people);
      }
    }
  });
  it('repeats no pair and no image, and plans no image in vain', () => {
    expect(new Set(pairs.map(({ a, b }) => `${a} ${b}`)).size).toBe(pairs.length);
    expect(new Set(images.map((image) => JSON.stringify(image))).size).toBe(images.length);
    expect(new Set(pairs.flatMap(({ a, b }) => [a, b])).size).toBe(images.length);
  });
  it('gives every person as many same pairs, but for one', () => {
    const counts = new Array<number>(plan.people).fill(0);
    for (const { a, same } of pairs) if (same) counts[images[a].person]++;
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });
});

describe('planPairs', () => {
  it('is a function of its options', () => {
    expect(planPairs(options)).toEqual(planPairs({ ...options }));
    expect(planPairs(options)).not.toEqual(planPairs({ ...options, seed: 2 }));
  });
  it('explains numbers that do not work out', () => {
    expect(() => planPairs({ ...options, pairs: 610 })).toThrow(/multiple of 20/);
    expect(() => planPairs({ ...options, people: 205 })).toThrow(/multiple of 10/);
    expect(() => planPairs({ ...options, groupOf: String })).toThrow(UserError);
    expect(() => planPairs({ ...options, people: 10 })).toThrow(/raise people/);
  });
});
