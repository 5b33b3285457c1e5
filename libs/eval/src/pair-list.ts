import { sha256 } from '@id3/core';
import type { Dataset, Pair } from '@id3/data';

/** What there is to say of a benchmark's list of pairs. */
export interface PairFindings {
  readonly pairs: number;
  /** People who are in more than one fold: the threshold of a fold is chosen on them too. */
  readonly peopleInFolds: number;
  /** Pairs of two photos, in whichever order, that a pair before them has. */
  readonly listedTwice: number;
  /** Pairs of photos with equal pixels. */
  readonly identical: number;
  /** Pairs that are neither. */
  readonly distinct: number;
  /** Photos of the list whose pixels are a training photo's; undefined where training has no photos. */
  readonly inTraining: number | undefined;
}

type Listed = Pick<Dataset, 'count' | 'image' | 'record'>;

/** Looks at a list of pairs. People are told apart by their names, where records have none by labels. */
export function lookAtPairs(
  pairs: readonly Pair[],
  benchmark: Listed,
  training?: Pick<Dataset, 'count' | 'image'>,
): PairFindings {
  const contents = contentsOf(benchmark);
  const known = training && new Set(contentsOf(training));
  const distinct = distinctOfList(pairs, contents);
  const identical = pairs.filter(({ a, b }) => contents[a] === contents[b]).length;
  return {
    pairs: pairs.length,
    peopleInFolds: peopleInFolds(pairs, (i) => {
      const { person, label } = benchmark.record(i);
      return person ?? label;
    }),
    listedTwice: pairs.length - firstOfEach(pairs).length,
    identical,
    distinct: distinct.length,
    inTraining: known && contents.filter((content) => known.has(content)).length,
  };
}

/** The pairs of a list without those that a pair before them has, in whichever order, and those of photos with equal pixels. */
export const distinctPairs = (pairs: readonly Pair[], benchmark: Listed): Pair[] =>
  distinctOfList(pairs, contentsOf(benchmark));

const distinctOfList = (pairs: readonly Pair[], contents: readonly string[]): Pair[] =>
  firstOfEach(pairs).filter(({ a, b }) => contents[a] !== contents[b]);

const contentsOf = ({ count, image }: Pick<Dataset, 'count' | 'image'>): string[] =>
  Array.from({ length: count }, (_, i) => sha256(image(i)));

function firstOfEach(pairs: readonly Pair[]): Pair[] {
  const seen = new Set<string>();
  return pairs.filter(({ a, b }) => {
    const key = a < b ? `${a} ${b}` : `${b} ${a}`;
    return !seen.has(key) && seen.add(key);
  });
}

function peopleInFolds(pairs: readonly Pair[], personOf: (i: number) => string | number): number {
  const folds = new Map<string | number, Set<number>>();
  for (const { a, b, fold } of pairs)
    for (const person of [personOf(a), personOf(b)])
      folds.set(person, (folds.get(person) ?? new Set()).add(fold));
  return [...folds.values()].filter(({ size }) => size > 1).length;
}
