import { UserError } from '@id3/core';
import {
  averaged,
  averageOf,
  BENCHMARK_KINDS,
  benchmarkKind,
  benchmarksOf,
  primaryColumn,
} from './benchmarks.ts';
import { compareRows, detectableOf, isBound, type Comparison, type Detectable } from './comparison.ts';
import { factorialOf, type Factorial } from './factorial.ts';
import { foldMeans, levelsOf, nestedCells, type Levels } from './levels.ts';
import type { Replicate, VariantResults } from './results.ts';
import { crossedInterval, type Interval } from './statistics.ts';

/** The full method: what the others are compared with where nothing else is asked for. */
export const FULL = 'full';

/** One cell of the table. */
export interface Result {
  /** A share. */
  readonly accuracy: Interval;
  /** What the mean is over; the interval holds the noise of the highest level of which there are several, and below. */
  readonly levels: Levels;
  readonly folds: number;
  /** The tracking runs of the verifications behind the cell. */
  readonly runs: readonly number[];
  /** Absent in the baseline itself, and where the two cannot be compared. */
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

/** What a claim rests on, see {@link primaryColumn}. */
export interface Endpoint {
  readonly column: string;
  /** Undefined where no comparison knows its error. */
  readonly detectable: Detectable | undefined;
  /** Undefined where one of its four rows is missing. */
  readonly factorial: Factorial | undefined;
}

/** A table of variants × benchmarks. */
export interface ResultTable {
  /** Rendered benchmarks and their average, then real ones and theirs: no column mixes the two. */
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
  /** The row that others are compared with, where the table has it. */
  readonly baseline: TableRow | undefined;
  /** The primary column; none where nothing is measured. The others are secondary. */
  readonly endpoints: readonly Endpoint[];
  /** What else a reader must know of how it was measured; sentences. */
  readonly notes: readonly string[];
}

export interface TableOptions {
  /** The name of the row that all others are compared with: `full` where undefined. */
  readonly baseline?: string;
  /** The benchmarks to show: all where undefined. */
  readonly benchmarks?: readonly string[];
  /** The recognisers' seeds to use: all where undefined. */
  readonly seeds?: readonly number[];
  /** See {@link ResultTable.notes}. */
  readonly notes?: readonly string[];
}

/**
 * Means with 95 % confidence intervals over seeds and folds, and tests against the baseline. Throws a UserError
 * where a baseline, benchmark or seed is asked for that there is not.
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
  const endpoints = primaryColumn(columns).map((column): Endpoint => {
    const comparisons = rows.flatMap(({ name, results }) =>
      isBound(name) ? [] : (results[column]?.versusBaseline ?? []),
    );
    let detectable: { value: Detectable | undefined } | undefined;
    return {
      column,
      // Nine tenths of the time of a table, and not every reader asks for it.
      get detectable() {
        return (detectable ??= { value: detectableOf(comparisons) }).value;
      },
      factorial: factorialOf((name) => {
        const row = chosen.find((one) => one.name === name);
        return row === undefined ? [] : unitsOf(row.replicates, benchmarksOf(column, benchmarks));
      }),
    };
  });
  return {
    columns,
    rows,
    baseline: rows.find(({ name }) => name === baseline?.name),
    endpoints,
    notes: options.notes ?? [],
  };
}

/** The benchmarks of each kind, an average after those of which there are several. */
function columnsOf(benchmarks: readonly string[]): string[] {
  return BENCHMARK_KINDS.flatMap((kind) => {
    const names = benchmarks.filter((name) => benchmarkKind(name) === kind);
    return averaged(names).length > 1 ? [...names, averageOf(kind)] : names;
  });
}

function columnResults(
  variants: readonly VariantResults[],
  baseline: VariantResults | undefined,
  column: string,
  benchmarks: readonly string[],
): (Result | undefined)[] {
  const measured = variants.map(({ name, replicates }) => ({
    name,
    units: unitsOf(replicates, benchmarksOf(column, benchmarks)),
  }));
  const comparisons = compareRows(measured, baseline && measured[variants.indexOf(baseline)]);
  const accuracies = measured.map(({ units }) =>
    units.length === 0 ? undefined : crossedInterval(nestedCells(units)),
  );
  const best = Math.max(
    ...accuracies.flatMap((one, r) => (one === undefined || isBound(variants[r].name) ? [] : [one.mean])),
  );
  return measured.map(({ name, units }, r) => {
    const accuracy = accuracies[r];
    if (accuracy === undefined) return undefined;
    return {
      accuracy,
      levels: levelsOf(units),
      folds: units[0].accuracies.length,
      runs: units.map(({ run }) => run),
      versusBaseline: comparisons[r],
      best: accuracy.mean === best && !isBound(name),
    };
  });
}

/** The replicates that have all these benchmarks, with their fold-by-fold mean; those with other folds than the first are left out. */
function unitsOf(replicates: readonly Replicate[], names: readonly string[]) {
  const complete = replicates.flatMap(({ folds, ...replicate }) => {
    const tables = names.map((name) => folds[name]);
    if (tables.some((one) => one === undefined || one.length !== tables[0].length)) return [];
    // Folds of one number hold the same people in all rendered benchmarks; in real ones they are as good as any others.
    return [{ ...replicate, accuracies: foldMeans(tables) }];
  });
  return complete.filter(({ accuracies }) => accuracies.length === complete[0].accuracies.length);
}

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

function check<T>(what: string, asked: readonly T[] | undefined, known: readonly T[]): void {
  const missing = asked?.find((value) => !known.includes(value));
  if (missing !== undefined)
    throw new UserError(
      `There is no ${what} "${missing}" in this table; choose from ${known.join(', ') || 'none'}.`,
    );
}
