import type { FaceRecord } from '@id3/data';
import { describe, expect, it } from 'vitest';
import { chosenImages } from './choose.ts';

/** Person k has so many images, interleaved as in no folder. */
const album = (counts: readonly number[]): FaceRecord[] =>
  Array.from({ length: Math.max(...counts) }, (_, shot) =>
    counts.flatMap((count, label) => (shot < count ? [{ label, person: `P ${'abcdef'[label]}` }] : [])),
  ).flat();

describe('a choice of images', () => {
  const records = album([5, 2, 4, 3, 4, 1]);
  const drawOf = (draw: { seed: number; people: number; shotsPerPerson: number }, without?: string[]) =>
    chosenImages(records, { draw, without }).map((i) => records[i].label);
  const counted = (labels: readonly number[]) =>
    [...new Set(labels)].sort().map((label) => [label, labels.filter((one) => one === label).length]);

  it('is of people who have as many as are asked for', () => {
    const labels = drawOf({ seed: 1, people: 2, shotsPerPerson: 3 });
    expect(counted(labels).map(([, count]) => count)).toEqual([3, 3]);
    for (const label of labels) expect([0, 2, 3, 4]).toContain(label);
  });

  it('has fewer people where there are no more', () => {
    expect(counted(drawOf({ seed: 1, people: 9, shotsPerPerson: 4 }))).toEqual([
      [0, 4],
      [2, 4],
      [4, 4],
    ]);
    expect(drawOf({ seed: 1, people: 9, shotsPerPerson: 6 })).toEqual([]);
  });

  it('has nobody of those who are left out', () => {
    expect(counted(drawOf({ seed: 1, people: 9, shotsPerPerson: 4 }, ['pa', 'pc']))).toEqual([[4, 4]]);
    expect(chosenImages(records, { without: ['pa'] })).toHaveLength(records.length - 5);
    expect(chosenImages(records, {})).toEqual(records.map((_, i) => i));
  });

  it('is a function of its seed', () => {
    const seeds = Array.from({ length: 20 }, (_, seed) =>
      chosenImages(records, { draw: { seed, people: 2, shotsPerPerson: 3 } }),
    );
    expect(chosenImages(records, { draw: { seed: 0, people: 2, shotsPerPerson: 3 } })).toEqual(seeds[0]);
    expect(new Set(seeds.map(String)).size).toBeGreaterThan(10);
    for (const indices of seeds) expect(indices).toEqual([...indices].sort((a, b) => a - b));
  });
});
