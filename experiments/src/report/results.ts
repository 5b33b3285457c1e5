import { crossedInterval, holm, pairedTest, type Cells, type Interval } from '@id3/eval';
import { getVerificationFolds, type Database } from '@id3/tracking';
import type { PlanNode } from '../plan.ts';
import type { Row } from '../pipeline.ts';
import { FULL } from '../variants.ts';

/** The mean over all benchmarks, as a column of its own. */
export const AVERAGE = 'average';

/** One variant's accuracies: `cells[seed][fold]` of each benchmark and of their average, as shares. */
export interface VariantCells {
  readonly name: string;
  readonly title: string;
  readonly cells: Readonly<Record<string, Cells>>;
}

/** One cell of the table. */
export interface Result {
  readonly accuracy: Interval;
  readonly seeds: number;
  readonly folds: number;
  /** Compared with the full row over the same seeds and folds; absent in the full row itself. */
  readonly versusFull?: {
    /** This row minus the full one. */
    readonly difference: Interval;
    readonly p: number | undefined;
    /** Holm's correction for all rows compared on this benchmark. */
    readonly pHolm: number | undefined;
  };
}

/** A table of variants × benchmarks; every row has every column. */
export interface ResultTable {
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly name: string;
    readonly title: string;
    readonly results: Readonly<Record<string, Result>>;
  }[];
}

/** The accuracies of each row, read from the runs that verified its recognisers. */
export function readCells(
  database: Database,
  rows: readonly Row[],
  runs: ReadonlyMap<PlanNode, number>,
): VariantCells[] {
  return rows.map(({ variant, config, verifications }) => {
    const bySeed = verifications.map(({ node }) => getVerificationFolds(database, [runs.get(node)!]));
    const cells: Record<string, Cells> = {};
    for (const benchmark of config.benchmarks.names)
      cells[benchmark] = bySeed.map((folds) =>
        folds.filter((fold) => fold.benchmark === benchmark).map((fold) => fold.accuracy),
      );
    cells[AVERAGE] = averaged(Object.values(cells));
    return { name: variant.name, title: variant.title, cells };
  });
}

/** Cell-by-cell mean over benchmarks, whose folds of one number hold the same people. */
function averaged(benchmarks: readonly Cells[]): Cells {
  return benchmarks[0].map((folds, s) =>
    folds.map((_, f) => benchmarks.reduce((sum, cells) => sum + cells[s][f], 0) / benchmarks.length),
  );
}

/** Means with 95 % confidence intervals over seeds and folds, and paired tests against the full row. */
export function tabulate(variants: readonly VariantCells[]): ResultTable {
  const columns = Object.keys(variants[0].cells);
  const full = variants.find((variant) => variant.name === FULL);
  const byColumn = columns.map((column) => {
    const tests = variants.map((variant) =>
      full === undefined || variant === full
        ? undefined
        : pairedTest(variant.cells[column], full.cells[column]),
    );
    const ps = tests.flatMap((test) => (test?.p === undefined ? [] : [test.p]));
    const corrected = holm(ps);
    return variants.map((variant, row): Result => {
      const cells = variant.cells[column];
      const test = tests[row];
      return {
        accuracy: crossedInterval(cells),
        seeds: cells.length,
        folds: cells[0].length,
        versusFull: test && { ...test, pHolm: test.p === undefined ? undefined : corrected.shift() },
      };
    });
  });
  const rows = variants.map(({ name, title }, row) => ({
    name,
    title,
    results: Object.fromEntries(columns.map((column, k) => [column, byColumn[k][row]])),
  }));
  return { columns, rows };
}
