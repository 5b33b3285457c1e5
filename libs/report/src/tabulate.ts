import { UserError, mean } from '@id3/core';
import { AVERAGES, averageOf, BENCHMARK_KINDS, benchmarkKind } from './benchmarks.ts';
import type { Replicate, VariantResults } from './results.ts';
import { crossedInterval, holm, pairedTest, type Cells, type Interval } from './statistics.ts';

/** A difference this improbable under "no difference", after Holm's correction, is marked. */
export const SIGNIFICANT = 0.05;

/** The full method: what the others are compared with where nothing else is asked for. */
export const FULL = 'full';

/** A difference to the baseline over the seeds and folds that both have. */
export interface Comparison {
  /** This row minus the baseline. */
  readonly difference: Interval;
  readonly p: number | undefined;
  /** Holm's correction for all rows compared in this column. */
  readonly pHolm: number | undefined;
  /** How many rows were compared in this column. */
  readonly comparisons: number;
}

/** One cell of the table. */
export interface Result {
  /** A share. */
  readonly accuracy: Interval;
  readonly seeds: readonly number[];
  readonly folds: number;
  /** The tracking runs of the verifications behind the cell. */
  readonly runs: readonly number[];
  /** Absent in the baseline itself, and where the two share no seed. */
  readonly versusBaseline: Comparison | undefined;
  /** Whether no other row has a higher mean in this column; ceiling and floor do not compete. */
  readonly best: boolean;
}

export interface TableRow {
  readonly name: string;
  readonly title: string;
  readonly config: unknown;
  /** By column; a column for which the row has no result yet is absent. */
  readonly results: Readonly<Record<string, Result>>;
}

/** A table of variants × benchmarks. */
export interface ResultTable {
  /** Rendered benchmarks and their average, then real ones and theirs: no column mixes the two. */
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
  /** The row that others are compared with, where the table has it. */
  readonly baseline: TableRow | undefined;
}

export interface TableOptions {
  /** The name of the row that all others are compared with: `full` where undefined. */
  readonly baseline?: string;
  /** The benchmarks to show: all where undefined. */
  readonly benchmarks?: readonly string[];
  /** The seeds to use: all where undefined. */
  readonly seeds?: readonly number[];
}

/** Rows that bound what a method can reach: they are compared, but are not called best. */
export const BOUNDS: readonly string[] = ['ceiling', 'floor'];

/**
 * Means with 95 % confidence intervals over seeds and folds, and paired tests against the baseline. Throws a
 * UserError where a baseline, benchmark or seed is asked for that there is not.
 */
export function tabulate(variants: readonly VariantResults[], options: TableOptions = {}): ResultTable {
  const chosen = variants.map((variant) => ({
    ...variant,
    replicates: variant.replicates.filter(({ seed }) => options.seeds?.includes(seed) ?? true),
  }));
  const known = distinct(
    variants.flatMap(({ replicates }) => replicates.flatMap(({ folds }) => Object.keys(folds))),
  );
  check('benchmark', options.benchmarks, known);
  check(
    'seed',
    options.seeds,
    distinct(variants.flatMap(({ replicates }) => replicates.map(({ seed }) => seed))),
  );
  if (options.baseline !== undefined)
    check(
      'variant',
      [options.baseline],
      variants.map(({ name }) => name),
    );
  const benchmarks = known.filter((name) => options.benchmarks?.includes(name) ?? true);
  const columns = columnsOf(benchmarks);
  const baseline = chosen.find(({ name }) => name === (options.baseline ?? FULL));
  const byColumn = columns.map((column) => columnResults(chosen, baseline, column, benchmarks));
  const rows = chosen.map(({ name, title, config }, r) => ({
    name,
    title,
    config,
    results: Object.fromEntries(
      columns.flatMap((column, k) => {
        const result = byColumn[k][r];
        return result === undefined ? [] : [[column, result] as const];
      }),
    ),
  }));
  return { columns, rows, baseline: rows.find(({ name }) => name === baseline?.name) };
}

/** The benchmarks of each kind, an average after those of which there are several. */
function columnsOf(benchmarks: readonly string[]): string[] {
  return BENCHMARK_KINDS.flatMap((kind) => {
    const names = benchmarks.filter((name) => benchmarkKind(name) === kind);
    return names.length > 1 ? [...names, averageOf(kind)] : names;
  });
}

function columnResults(
  variants: readonly VariantResults[],
  baseline: VariantResults | undefined,
  column: string,
  benchmarks: readonly string[],
): (Result | undefined)[] {
  const measured = variants.map(({ replicates }) => cellsOf(replicates, column, benchmarks));
  const reference = baseline && measured[variants.indexOf(baseline)];
  const tests = measured.map((cells, r) =>
    cells === undefined || reference === undefined || variants[r] === baseline
      ? undefined
      : compare(cells, reference),
  );
  const corrected = holm(tests.flatMap((test) => (test?.p === undefined ? [] : [test.p])));
  const comparisons = corrected.length;
  const means = measured.map((cells) => cells && crossedInterval(cells.accuracies).mean);
  const best = Math.max(
    ...means.flatMap((one, r) => (one === undefined || BOUNDS.includes(variants[r].name) ? [] : [one])),
  );
  return measured.map((cells, r) => {
    if (cells === undefined) return undefined;
    const test = tests[r];
    return {
      accuracy: crossedInterval(cells.accuracies),
      seeds: cells.seeds,
      folds: cells.accuracies[0].length,
      runs: cells.runs,
      versusBaseline: test && {
        ...test,
        pHolm: test.p === undefined ? undefined : corrected.shift(),
        comparisons,
      },
      best: means[r] === best && !BOUNDS.includes(variants[r].name),
    };
  });
}

interface SeededCells {
  readonly seeds: readonly number[];
  readonly runs: readonly number[];
  readonly accuracies: Cells;
}

/** The accuracies of a column, or undefined where no seed has them; seeds with other folds than the first are left out. */
function cellsOf(
  replicates: readonly Replicate[],
  column: string,
  benchmarks: readonly string[],
): SeededCells | undefined {
  const names = AVERAGES.includes(column)
    ? benchmarks.filter((name) => averageOf(benchmarkKind(name)) === column)
    : [column];
  const complete = replicates.flatMap(({ seed, run, folds }) => {
    if (names.some((name) => folds[name]?.length !== folds[names[0]]?.length || folds[name] === undefined))
      return [];
    return [{ seed, run, accuracies: averaged(names.map((name) => folds[name])) }];
  });
  const whole = complete.filter(({ accuracies }) => accuracies.length === complete[0].accuracies.length);
  if (whole.length === 0) return undefined;
  return {
    seeds: whole.map(({ seed }) => seed),
    runs: whole.map(({ run }) => run),
    accuracies: whole.map(({ accuracies }) => accuracies),
  };
}

/** Fold-by-fold mean over benchmarks; folds of one number hold the same people in all rendered ones. */
const averaged = (benchmarks: readonly (readonly number[])[]): number[] =>
  benchmarks[0].map((_, f) => mean(benchmarks.map((folds) => folds[f])));

/** The paired test over the seeds that both have; undefined where there is none or the folds differ. */
function compare(cells: SeededCells, reference: SeededCells) {
  const common = cells.seeds.filter((seed) => reference.seeds.includes(seed));
  const of = ({ seeds, accuracies }: SeededCells) => common.map((seed) => accuracies[seeds.indexOf(seed)]);
  if (common.length === 0 || cells.accuracies[0].length !== reference.accuracies[0].length) return undefined;
  return pairedTest(of(cells), of(reference));
}

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

function check<T>(what: string, asked: readonly T[] | undefined, known: readonly T[]): void {
  const missing = asked?.find((value) => !known.includes(value));
  if (missing !== undefined)
    throw new UserError(
      `There is no ${what} "${missing}" in this table; choose from ${known.join(', ') || 'none'}.`,
    );
}
