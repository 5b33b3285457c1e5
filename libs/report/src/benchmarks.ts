/** Benchmarks of rendered faces and of photographs: accuracies of the two say nothing about each other. */
export const BENCHMARK_KINDS = ['rendered', 'real'] as const;
export type BenchmarkKind = (typeof BENCHMARK_KINDS)[number];

/** The kind of a benchmark, which rendered ones have in their name, such as `rendered-lfw`. */
export const benchmarkKind = (name: string): BenchmarkKind =>
  name.startsWith('rendered-') ? 'rendered' : 'real';

/** What ends the name of a benchmark whose repeated pairs were left out: a second number of the same list, in no average. */
const DISTINCT = ' distinct';

/** The name under which a benchmark is judged on its distinct pairs. */
export const distinctOf = (name: string): string => name + DISTINCT;

const isWhole = (name: string): boolean => !name.endsWith(DISTINCT);

/** The column of the mean over all benchmarks of a kind. */
export const averageOf = (kind: BenchmarkKind): string => `${kind} average`;

export const AVERAGES: readonly string[] = BENCHMARK_KINDS.map(averageOf);

/** The benchmarks that a column is the mean of. */
export const benchmarksOf = (column: string, benchmarks: readonly string[]): readonly string[] =>
  AVERAGES.includes(column)
    ? averaged(benchmarks).filter((name) => averageOf(benchmarkKind(name)) === column)
    : [column];

/** The benchmarks that averages are over. */
export const averaged = (benchmarks: readonly string[]): readonly string[] => benchmarks.filter(isWhole);

/**
 * The one column that a claim rests on, or none in an empty table: the average of the rendered benchmarks, else of the real ones, or the only benchmark of
 * that kind. The others are secondary.
 */
export function primaryColumn(columns: readonly string[]): string[] {
  const whole = averaged(columns).filter((name) => !AVERAGES.includes(name));
  const kind = BENCHMARK_KINDS.find((one) => whole.some((name) => benchmarkKind(name) === one));
  if (kind === undefined) return [];
  const average = averageOf(kind);
  return columns.includes(average) ? [average] : whole.filter((name) => benchmarkKind(name) === kind);
}
