import { Rng, mean } from '@id3/core';
import type { Unit } from './levels.ts';
import type { Cells } from './statistics.ts';

/** How many of each level: datasets of each generator (as many numbers as generators), recognisers of each dataset, folds. */
export interface Design {
  readonly datasets: readonly number[];
  readonly recognisers: number;
  readonly folds: number;
}

/** Standard deviations of the levels. */
export interface Spread {
  readonly generator: number;
  readonly dataset: number;
  readonly recogniser: number;
  readonly fold: number;
  readonly rest: number;
}

/** Accuracies from the nested model about 0, on folds that are drawn too unless they are given. */
export function drawUnits(
  rng: Rng,
  { datasets, recognisers, folds }: Design,
  std: Spread,
  foldEffects: readonly number[] = Array.from(rng.normals(folds), (one) => std.fold * one),
): Unit[] {
  return datasets.flatMap((count, g) => {
    const ofGenerator = std.generator * rng.normal();
    return Array.from({ length: count }, (_, d) => {
      const ofDataset = ofGenerator + std.dataset * rng.normal();
      return Array.from({ length: recognisers }, (_, r): Unit => {
        const level = ofDataset + std.recogniser * rng.normal();
        const accuracies = foldEffects.map((one) => level + one + std.rest * rng.normal());
        return { generator: g + 1, dataset: d + 1, seed: r + 1, accuracies };
      });
    }).flat();
  });
}

/** The mean of a table in which row i counts `rows[i]` times and column j `columns[j]` times. */
export const weightedMean = (cells: Cells, rows: readonly number[], columns: readonly number[]): number =>
  mean(cells.map((row, i) => rows[i] * mean(row.map((value, j) => columns[j] * value))));

/**
 * The variance of a table's mean by the pigeonhole bootstrap (Owen 2007, "The pigeonhole bootstrap", Annals of Applied Statistics
 * 1): rows and columns are drawn with replacement, each independently of the other. On average it holds a row's and a
 * column's part times 1−1/S and 1−1/F, and about three times the rest's.
 */
export function pigeonholeVariance(cells: Cells, rng: Rng, samples: number): number {
  const counts = (n: number): number[] => {
    const drawn = new Array<number>(n).fill(0);
    for (let k = 0; k < n; k++) drawn[rng.int(n)]++;
    return drawn;
  };
  const means = Array.from({ length: samples }, () =>
    weightedMean(cells, counts(cells.length), counts(cells[0].length)),
  );
  const middle = mean(means);
  return mean(means.map((one) => (one - middle) ** 2));
}
