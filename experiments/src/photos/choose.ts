import { Rng } from '@id3/core';
import { personKey, type FaceRecord } from '@id3/data';
import { z } from 'zod';

/** Which images of a dataset are taken; all where nothing is said. */
export const choiceSchema = z.strictObject({
  /** People who are left out, by their names as they are compared. */
  without: z.array(z.string()).optional(),
  /** So many people who have so many images, and so many of each; all such people where there are fewer. */
  draw: z.strictObject({ seed: z.int(), people: z.int().min(1), shotsPerPerson: z.int().min(1) }).optional(),
});
export type Choice = z.infer<typeof choiceSchema>;

/** The indices of the images that are taken, ascending. */
export function chosenImages(records: readonly FaceRecord[], { without = [], draw }: Choice): number[] {
  const out = new Set(without);
  const left = records.flatMap(({ person }, i) => {
    const key = personKey(person);
    return key !== undefined && out.has(key) ? [] : [i];
  });
  return draw === undefined ? left : drawn(records, left, draw);
}

function drawn(
  records: readonly FaceRecord[],
  indices: readonly number[],
  { seed, people, shotsPerPerson }: NonNullable<Choice['draw']>,
): number[] {
  const images = new Map<number, number[]>();
  for (const i of indices) {
    const { label } = records[i];
    if (!images.has(label)) images.set(label, []);
    images.get(label)!.push(i);
  }
  const able = [...images].filter(([, own]) => own.length >= shotsPerPerson);
  const order = new Rng(seed, 'draw', 'people').permutation(able.length).subarray(0, people);
  return Array.from(order)
    .flatMap((k) => {
      const [label, own] = able[k];
      const shots = new Rng(seed, 'draw', 'images', label)
        .permutation(own.length)
        .subarray(0, shotsPerPerson);
      return Array.from(shots, (shot) => own[shot]);
    })
    .sort((a, b) => a - b);
}
