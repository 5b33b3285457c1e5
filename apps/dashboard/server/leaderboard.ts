import { mean } from '@id3/core';
import { averaged, benchmarkKind } from '@id3/report';
import { getVariants, getVerificationSummaries, listVariantArtefacts, type Readable } from '@id3/tracking';
import published from './published.json' with { type: 'json' };
import { trainingSetOf, type TrainingSet } from './training-set.ts';

/** A row of the leaderboard: a config of ours, or a published method. Accuracies are shares from 0 to 1. */
export interface Entry {
  readonly key: string;
  readonly title: string;
  /** What the title does not say: the experiment. */
  readonly detail: string;
  /** What its recognisers were trained on; undefined where nobody wrote it down. */
  readonly training: TrainingSet | undefined;
  /** By benchmark; the mean over the seeds of a config of ours. */
  readonly accuracy: Readonly<Record<string, number>>;
  /** Mean over all benchmarks of the table; undefined where one is missing. */
  readonly average: number | undefined;
  /** Of a config of ours: how many recognisers were verified, and one of their runs. */
  readonly ours?: { readonly seeds: number; readonly experimentRun: number };
  /** Of a published method: where the numbers are from, and what is doubtful about them. */
  readonly published?: {
    readonly source: string;
    readonly note: string | undefined;
    /** Whether the numbers were found again at their source. */
    readonly confirmed: boolean;
    /** Whether it was trained on photos of real people. */
    readonly real: boolean;
  };
}

export interface Leaderboard {
  readonly benchmarks: readonly string[];
  /** The highest average first. */
  readonly entries: readonly Entry[];
}

/**
 * The newest run of each experiment, its variants' accuracies beside published ones. Rendered benchmarks have a table of
 * their own: what is measured on drawn faces says nothing about photos.
 */
export function leaderboards(db: Readable): { rendered: Leaderboard; real: Leaderboard } {
  const verified = newestOnly(
    listVariantArtefacts(db, 'verification').filter(({ role }) => role === 'verification'),
  );
  const summaries = getVerificationSummaries(
    db,
    verified.map(({ runId }) => runId),
  );
  const whole = averaged(summaries.map(({ benchmark }) => benchmark));
  const named = summaries
    .filter(({ benchmark }) => whole.includes(benchmark))
    .map((summary) => ({ ...summary, benchmark: publishedName(summary.benchmark) }));
  const isRendered = (name: string) => benchmarkKind(name) === 'rendered';
  const rendered = [...new Set(named.map(({ benchmark }) => benchmark).filter(isRendered))].sort();
  const real = [
    ...new Set([
      ...published.benchmarks,
      ...named.map(({ benchmark }) => benchmark).filter((n) => !isRendered(n)),
    ]),
  ];

  const experiments = [...new Set(verified.map(({ experimentRunId }) => experimentRunId))];
  const configs = new Map(
    experiments.flatMap((run) => getVariants(db, run)).map(({ id, config }) => [id, config]),
  );
  const ours = (benchmarks: readonly string[]): Entry[] =>
    [...new Map(verified.map((one) => [one.variantId, one])).values()].flatMap((variant) => {
      const runIds = verified.filter((v) => v.variantId === variant.variantId).map(({ runId }) => runId);
      const accuracy = meansOf(
        named.filter((row) => runIds.includes(row.runId) && benchmarks.includes(row.benchmark)),
      );
      if (Object.keys(accuracy).length === 0) return [];
      return {
        key: `variant-${variant.variantId}`,
        title: variant.title,
        detail: variant.experiment,
        training: trainingSetOf(configs.get(variant.variantId)),
        accuracy,
        average: averageOf(benchmarks, accuracy),
        ours: { seeds: new Set(runIds).size, experimentRun: variant.experimentRunId },
      };
    });
  return {
    rendered: board(rendered, ours(rendered)),
    real: board(real, [...ours(real), ...publishedEntries(real)]),
  };
}

const board = (benchmarks: readonly string[], entries: readonly Entry[]): Leaderboard => ({
  benchmarks,
  entries: [...entries].sort((a, b) => (b.average ?? -1) - (a.average ?? -1)),
});

/** An experiment that ran again, with all of its results in the cache, is shown once. */
function newestOnly<T extends { experiment: string; experimentRunId: number }>(rows: readonly T[]): T[] {
  const newest = new Map<string, number>();
  for (const { experiment, experimentRunId } of rows)
    newest.set(experiment, Math.max(experimentRunId, newest.get(experiment) ?? 0));
  return rows.filter(({ experiment, experimentRunId }) => newest.get(experiment) === experimentRunId);
}

/** A real benchmark of ours under the field's name: `agedb_30` is AgeDB-30. */
export function publishedName(benchmark: string): string {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return published.benchmarks.find((name) => plain(name) === plain(benchmark)) ?? benchmark;
}

function publishedEntries(benchmarks: readonly string[]): Entry[] {
  return published.rows.map((row, k) => {
    const accuracy = Object.fromEntries(
      Object.entries(row.accuracyPercent).map(([name, percent]) => [name, percent / 100]),
    );
    return {
      key: `published-${k}`,
      title: row.method,
      detail: '',
      training: {
        set: row.real
          ? 'photos'
          : row.trainedOn === null
            ? 'synthetic'
            : `generated by a model of ${row.trainedOn}`,
        images: row.images,
        pixels: undefined,
      },
      accuracy,
      average: averageOf(
        benchmarks.filter((name) => published.benchmarks.includes(name)),
        accuracy,
      ),
      published: {
        source: row.source,
        note: 'note' in row ? row.note : undefined,
        confirmed: row.confirmed,
        real: row.real,
      },
    };
  });
}

function meansOf(rows: readonly { benchmark: string; accuracy: number }[]): Record<string, number> {
  const byBenchmark = new Map<string, number[]>();
  for (const { benchmark, accuracy } of rows)
    byBenchmark.set(benchmark, [...(byBenchmark.get(benchmark) ?? []), accuracy]);
  return Object.fromEntries([...byBenchmark].map(([name, values]) => [name, mean(values)]));
}

function averageOf(
  benchmarks: readonly string[],
  accuracy: Readonly<Record<string, number>>,
): number | undefined {
  const values = benchmarks.map((name) => accuracy[name]);
  return values.length > 0 && values.every((value) => value !== undefined) ? mean(values) : undefined;
}
