/** Benchmarks of rendered faces and of photographs: accuracies of the two say nothing about each other. */
export const BENCHMARK_KINDS = ['rendered', 'real'] as const;
export type BenchmarkKind = (typeof BENCHMARK_KINDS)[number];

/** The kind of a benchmark, which rendered ones have in their name, such as `rendered-lfw`. */
export const benchmarkKind = (name: string): BenchmarkKind =>
  name.startsWith('rendered-') ? 'rendered' : 'real';

/** The column of the mean over all benchmarks of a kind. */
export const averageOf = (kind: BenchmarkKind): string => `${kind} average`;

export const AVERAGES: readonly string[] = BENCHMARK_KINDS.map(averageOf);

/** The benchmarks that a column is the mean of. */
export const benchmarksOf = (column: string, benchmarks: readonly string[]): readonly string[] =>
  AVERAGES.includes(column)
    ? benchmarks.filter((name) => averageOf(benchmarkKind(name)) === column)
    : [column];

/** The one column of each kind that a claim rests on: the average, or the only benchmark. The others are secondary. */
export const primaryColumns = (columns: readonly string[]): string[] =>
  BENCHMARK_KINDS.flatMap((kind) => {
    const average = averageOf(kind);
    if (columns.includes(average)) return [average];
    return columns.filter((name) => !AVERAGES.includes(name) && benchmarkKind(name) === kind);
  });
