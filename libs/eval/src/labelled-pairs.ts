import { Rng, UserError } from '@id3/core';
import type { Pair } from '@id3/data';

/**
 * Verification pairs for a labelled dataset that comes without them: every pair of images of one person, and as many pairs of two
 * people, none of them twice. Nobody is in two folds. Throws a UserError where there are too few people or images.
 *
 * @param labels person of each image: [n]
 * @param name what error messages call the dataset
 */
export function labelledPairs(labels: ArrayLike<number>, folds: number, seed: number, name: string): Pair[] {
  const images = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) images.set(labels[i], [...(images.get(labels[i]) ?? []), i]);
  const people = [...images.values()].filter((own) => own.length > 1);
  if (people.length < 2 * folds)
    throw new UserError(
      `${name} has ${people.length} people with several images, and pairs in ${folds} folds need ${2 * folds} people; import a benchmark with pairs of its own.`,
    );
  const order = new Rng(seed, 'people').permutation(people.length);
  return Array.from({ length: folds }, (_, fold) => {
    const members = Array.from(order)
      .filter((_, k) => k % folds === fold)
      .map((k) => people[k]);
    const same = members.flatMap((own) =>
      own.flatMap((a, i) => own.slice(i + 1).map((b): Pair => ({ a, b, same: true, fold }))),
    );
    const different = members.flatMap((own, i) =>
      own.flatMap((a) =>
        members.slice(i + 1).flatMap((other) => other.map((b): Pair => ({ a, b, same: false, fold }))),
      ),
    );
    const chosen = new Rng(seed, 'different', fold).permutation(different.length).subarray(0, same.length);
    return [...same, ...Array.from(chosen, (k) => different[k])];
  }).flat();
}
