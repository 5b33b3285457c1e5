import { sum } from '@id3/core';
import { flatten } from '@id3/report';
import {
  getMetrics,
  getMetricSummaries,
  getRun,
  getScoreCurves,
  getVariantsOfRun,
  getVerificationFolds,
  listRuns,
  listVariantArtefacts,
  type CurveKind,
  type Readable,
  type RunRow,
  type VariantArtefact,
} from '@id3/tracking';
import { MAX_RUNS } from '../components/compare/limits.ts';
import { downsample } from './series.ts';

/** A run beside others, under a name that tells it from them. */
export interface ComparedRun {
  readonly id: number;
  readonly title: string;
  readonly run: RunRow;
}

/** The runs of `?runs=3,1,4`, in that order; those that are not there are left out. */
export function comparedRuns(db: Readable, text: string | undefined): ComparedRun[] {
  const ids = [...new Set((text ?? '').split(/[\s,]+/).filter((part) => /^\d{1,15}$/.test(part)))];
  return ids.slice(0, MAX_RUNS).flatMap((id) => {
    const run = getRun(db, Number(id));
    return run === undefined ? [] : [{ id: run.id, title: `${run.id} ${run.name}`, run }];
  });
}

/** Runs that a person may want to set beside one another: the verified recognisers of the newest experiment's run. */
export function suggestedRuns(db: Readable): RunRow[] {
  const verified = listVariantArtefacts(db, 'verification').filter(({ role }) => role === 'verification');
  const newest = verified[0]?.experimentRunId;
  return listRuns(db, { parentId: newest ?? -1, stage: 'verify' })
    .filter(({ id }) => verified.some(({ runId }) => runId === id))
    .reverse();
}

/** The config fields in which the runs differ: a row a field, a value a run, `–` where a run has none. */
export function configDifferences(configs: readonly unknown[]): { field: string; values: string[] }[] {
  const all = configs.map((config) => flatten(config));
  const fields = [...new Set(all.flatMap((values) => Object.keys(values)))].sort();
  return fields
    .map((field) => ({ field, values: all.map((values) => JSON.stringify(values[field]) ?? '–') }))
    .filter(({ values }) => new Set(values).size > 1);
}

/**
 * What a run was made from. A stage's own config does not tell what the stages before it did, so it is the whole config of
 * the run's variant, where it is part of one variant only.
 */
export function configOf(db: Readable, { id, config, seed }: RunRow): unknown {
  const variants = getVariantsOfRun(db, id);
  const whole = variants.length === 1 ? variants[0].variant.config : undefined;
  return typeof whole === 'object' ? { run: { seed }, ...whole } : config;
}

/** Metrics that at least one of the runs logged at more than one step, by how many runs did. */
export function sharedMetrics(db: Readable, runIds: number[]): string[] {
  const counts = new Map<string, number>();
  for (const { key, step } of getMetricSummaries(db, runIds))
    if (step > 0) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || a.localeCompare(b)).map(([key]) => key);
}

/** A run's metric as [step, value], at most `maxPoints` of them. */
export function metricPoints(db: Readable, runId: number, key: string, maxPoints = 400): [number, number][] {
  return downsample(getMetrics(db, runId, key), maxPoints).map(({ step, value }) => [step, value]);
}

/** What a run's verification left of a benchmark: the ROC as [far, tar]; of `same` and `different` pairs, the share in each bin, as [cosine, share]. */
export type ScoreCurves = Readonly<Record<CurveKind, [number, number][]>>;

/** A run's curves by benchmark. */
export function scoreCurvesOf(db: Readable, runId: number): Map<string, ScoreCurves> {
  const byBenchmark = new Map<string, ScoreCurves>();
  for (const { benchmark, kind, points } of getScoreCurves(db, runId)) {
    const known = byBenchmark.get(benchmark) ?? { roc: [], same: [], different: [] };
    byBenchmark.set(benchmark, { ...known, [kind]: kind === 'roc' ? points : shares(points) });
  }
  return byBenchmark;
}

function shares(points: readonly [number, number][]): [number, number][] {
  const total = sum(points.map(([, count]) => count)) || 1;
  return points.map(([cosine, count]) => [cosine, count / total]);
}

/**
 * A ROC for a logarithmic FAR axis that begins at `lowest`. The curve begins there too, at the height of its last point up to
 * there, for between points it is a step function. Points nearer to their neighbour than a hundredth of the axis are left out.
 */
export function logRoc(roc: readonly [number, number][], lowest: number): [number, number][] {
  const atStart = roc.filter(([far]) => far <= lowest).at(-1)?.[1] ?? 0;
  const points: [number, number][] = [[lowest, atStart]];
  const decades = -Math.log10(lowest);
  for (const [far, tar] of roc) {
    if (far <= lowest) continue;
    const [lastFar, lastTar] = points[points.length - 1];
    const distance = Math.log10(far / lastFar) / decades + Math.abs(tar - lastTar);
    if (distance >= 0.01 || far === 1) points.push([far, tar]);
  }
  return points;
}

/** Accuracy fold by fold of each run that has been verified on the benchmark: [runs][folds]; absent for the others. */
export function foldAccuracies(
  db: Readable,
  runIds: number[],
  benchmark: string,
): Map<number, readonly number[]> {
  const byRun = new Map<number, number[]>();
  for (const row of getVerificationFolds(db, runIds)) {
    if (row.benchmark !== benchmark) continue;
    byRun.set(row.runId, [...(byRun.get(row.runId) ?? []), row.accuracy]);
  }
  return byRun;
}

/** What f saw in the datasets behind the runs: that of the variant which a run is part of alone. */
export function datasetsOf(db: Readable, runs: readonly ComparedRun[]): VariantArtefact[] {
  const inspections = listVariantArtefacts(db, 'inspection');
  const found = runs.flatMap(({ id }) => {
    const variants = getVariantsOfRun(db, id);
    if (variants.length !== 1) return [];
    return inspections.find(({ variantId }) => variantId === variants[0].variant.id) ?? [];
  });
  return [...new Map(found.map((one) => [one.variantId, one])).values()];
}
