import { mean } from '@id3/core';
import type { Cells } from './statistics.ts';

/** What a recogniser's randomness came from; each is nested in the one before, so dataset 1 of two generators is two datasets. */
export interface Seeds {
  /** Of the diffusion model's training; 0 where the run says none, or there is no generator. */
  readonly generator: number;
  /** Of sampling the training set; 0 where the run says none. */
  readonly dataset: number;
  /** Of the recogniser's training. */
  readonly seed: number;
}

/** How many of each level a number was averaged over, at least 1 each. */
export interface Levels {
  readonly generators: number;
  /** Over all generators. */
  readonly datasets: number;
  /** Over all datasets. */
  readonly recognisers: number;
}

const distinct = (values: readonly unknown[]): number => new Set(values).size;
const datasetOf = ({ generator, dataset }: Seeds): string => `${generator}/${dataset}`;

/** Two replicates have the same key if all their seeds are equal. */
export const keyOf = (seeds: Seeds): string => `${datasetOf(seeds)}/${seeds.seed}`;

export const levelsOf = (replicates: readonly Seeds[]): Levels => ({
  generators: distinct(replicates.map(({ generator }) => generator)),
  datasets: distinct(replicates.map(datasetOf)),
  recognisers: replicates.length,
});

/** For sorting by generator, dataset and recogniser. */
export const bySeeds = (a: Seeds, b: Seeds): number =>
  a.generator - b.generator || a.dataset - b.dataset || a.seed - b.seed;

/** A recogniser's accuracies, `accuracies[fold]`. */
export interface Unit extends Seeds {
  readonly accuracies: readonly number[];
}

const LEVELS: readonly ((seeds: Seeds) => number)[] = [
  ({ generator }) => generator,
  ({ dataset }) => dataset,
];

/**
 * The table whose crossed interval holds the noise of every level, from the nested model
 *
 *   accuracy(g, d, r, f) = μ + generator(g) + dataset(g, d) + recogniser(g, d, r) + fold(f) + rest(g, d, r, f).
 *
 * Its rows are the means of the highest level of which there are several: a generator's mean over its datasets of their means
 * over recognisers. Such means are independent and vary by σ²_g + σ²_d/D + σ²_r/(D·R), which is all that a mean over them has,
 * so the levels below need no estimate of their own: exact where the design is balanced (Searle, Casella & McCulloch 1992,
 * ch. 3), and unweighted means where it is not. The price is honest: three generators leave two degrees of freedom. Noise of a
 * level above the rows, of which one was drawn, is in no interval.
 */
export function nestedCells(units: readonly Unit[], level = 0): Cells {
  if (level === LEVELS.length) return units.map(({ accuracies }) => accuracies);
  const groups = grouped(units, LEVELS[level]);
  if (groups.length <= 1) return nestedCells(units, level + 1);
  return groups.map((group) => foldMeans(nestedCells(group, level + 1)));
}

function grouped<T, K>(values: readonly T[], key: (value: T) => K): T[][] {
  const groups = new Map<K, T[]>();
  for (const value of values) groups.set(key(value), [...(groups.get(key(value)) ?? []), value]);
  return [...groups.values()];
}

/** Fold by fold, the mean over the rows. */
export const foldMeans = (cells: Cells): number[] => cells[0].map((_, f) => mean(cells.map((row) => row[f])));

/**
 * Of each row the replicates that pair with one of every other row, in equal order. They pair by all their seeds; where no
 * row has more than one dataset, the recogniser's seed alone tells replicates apart, as beside a ceiling without a generator.
 */
export function paired<T extends Seeds>(rows: readonly (readonly T[])[]): T[][] {
  const key = rows.every((row) => levelsOf(row).datasets === 1) ? ({ seed }: T) => `${seed}` : keyOf;
  const byKey = rows.map((row) => new Map(row.map((one) => [key(one), one])));
  const common = [...byKey[0].keys()].filter((one) => byKey.every((row) => row.has(one)));
  return byKey.map((row) => common.map((one) => row.get(one)!));
}
