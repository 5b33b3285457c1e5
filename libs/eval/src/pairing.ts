import { Rng, UserError } from '@id3/core';
import type { Pair } from '@id3/data';

/** An image that a benchmark needs: picture number `take` of a person in one of the two roles of its pairs. */
export interface PlannedImage {
  readonly person: number;
  readonly role: 'first' | 'second';
  readonly take: number;
}

export interface PairPlan {
  readonly images: PlannedImage[];
  readonly pairs: Pair[];
}

export interface PairingOptions {
  /** Names the benchmark in error messages. */
  readonly name: string;
  readonly seed: number;
  /** Pairs over all folds: in each fold as many same as different ones. */
  readonly pairs: number;
  readonly folds: number;
  /** People over all folds: person p is tested in fold ⌊p / (people / folds)⌋ only. */
  readonly people: number;
  /** Different pairs join people of equal groups only; by default all people are one group. */
  readonly groupOf?: (person: number) => string;
}

/**
 * Chooses the pairs of a benchmark. Every pair joins a `first` and a `second` picture, same and different pairs alike: what a
 * role prescribes (age, pose) tells nothing about the answer. Pairs are spread evenly over people and over couples of people. No
 * pair occurs twice, and only images that some pair needs are planned.
 * Throws a UserError where the numbers do not divide or the people do not suffice.
 */
export function planPairs(options: PairingOptions): PairPlan {
  const { name, seed, pairs, folds, people, groupOf = () => '' } = options;
  if (pairs % (2 * folds) !== 0)
    throw new UserError(
      `${name}: ${pairs} pairs cannot be halved into ${folds} equal folds; make pairs a multiple of ${2 * folds}.`,
    );
  if (people % folds !== 0)
    throw new UserError(
      `${name}: ${people} people cannot be divided into ${folds} equal folds; make people a multiple of ${folds}.`,
    );
  const [ofEachKind, perFold] = [pairs / (2 * folds), people / folds];
  // As few pictures as the same pairs need, but two, so that a person is not one picture.
  const takes = Math.max(2, Math.ceil(Math.sqrt(Math.ceil(ofEachKind / perFold))));

  const images: PlannedImage[] = [];
  const indices = new Map<string, number>();
  const indexOf = (image: PlannedImage): number => {
    const key = `${image.person} ${image.role} ${image.take}`;
    const index = indices.get(key) ?? images.push(image) - 1;
    indices.set(key, index);
    return index;
  };
  const planned: Pair[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const members = Array.from({ length: perFold }, (_, i) => fold * perFold + i);
    for (const same of [true, false]) {
      const couples = members.flatMap((first) =>
        members
          .filter((second) =>
            same ? second === first : second !== first && groupOf(second) === groupOf(first),
          )
          .map((second) => [first, second] as const),
      );
      const available = couples.length * takes * takes;
      if (available < ofEachKind)
        throw new UserError(
          `${name}: fold ${fold} has people for ${available} different pairs of the ${ofEachKind} asked for; raise people above ${people} or lower pairs.`,
        );
      const rng = new Rng(seed, 'pairs', name, fold, same ? 'same' : 'different');
      for (const [couple, combination] of spreadEvenly(rng, couples.length, takes * takes, ofEachKind)) {
        const [first, second] = couples[couple];
        planned.push({
          a: indexOf({ person: first, role: 'first', take: Math.floor(combination / takes) }),
          b: indexOf({ person: second, role: 'second', take: combination % takes }),
          same,
          fold,
        });
      }
    }
  }
  return { images, pairs: planned };
}

/**
 * `count` different (couple, combination) choices: all couples in random order once, then all again,
 * each time with another of their combinations.
 */
function* spreadEvenly(
  rng: Rng,
  couples: number,
  combinations: number,
  count: number,
): Generator<[couple: number, combination: number]> {
  const order = rng.permutation(couples);
  const own = Array.from({ length: Math.min(couples, count) }, () => rng.permutation(combinations));
  for (let k = 0; k < count; k++) {
    const position = k % couples;
    yield [order[position], own[position][Math.floor(k / couples)]];
  }
}
