import { basename, join, resolve, sep } from 'node:path';
import { UserError } from '@id3/core';
import { openDataset, type Dataset } from '@id3/data';
import { describeEngine, selectEngine } from '@id3/engine';
import { labelledPairs, probeConvention, verify, type VerificationResult } from '@id3/eval';
import { bootstrapTarAtFar, measurableFars } from '@id3/protocol';
import { openDatabase } from '@id3/tracking';
import { namedRecogniser, type RecogniserChoice } from './recognisers.ts';

/** Of drawn pairs. */
const FOLDS = 10;

/** A verification that is asked for. */
interface Asked {
  /** Folders of datasets; where one has no pairs, they are drawn from its people. */
  readonly benchmarks: string[];
  readonly recogniser: RecogniserChoice;
  readonly thresholds: 'exact' | 'insightface';
  /** False accept rate at which the true accept rate is given. */
  readonly far: number;
  /** Folder of the database. */
  readonly out: string;
  /** Of the run in the database; undefined: the recogniser's. */
  readonly name: string | undefined;
  /** Of the bootstrap and of drawn pairs. */
  readonly seed: number;
}

/** Verifies one recogniser on benchmarks: a table on the terminal, every fold and curve in the database. */
export async function verifyRecogniser(asked: Asked): Promise<void> {
  const { benchmarks: folders, thresholds, far, out, seed } = asked;
  const { recogniser } = asked.recogniser;
  const names = distinctNames(folders);
  const engine = await selectEngine();
  console.log(`engine: ${describeEngine(engine)}`);
  const { embed, foreign } = await namedRecogniser(asked.recogniser);
  const datasets = folders.map((folder) => withPairs(openDataset(folder), seed));
  const database = openDatabase(join(out, 'tracking.sqlite'));
  const run = database.initRun({
    experiment: 'verify',
    name: asked.name ?? basename(recogniser),
    stage: 'verify',
    config: {
      recogniser,
      convention: foreign?.convention,
      benchmarks: folders.map((folder) => resolve(folder)),
      thresholds,
    },
    engine,
  });
  try {
    if (foreign && datasets[0].pairs) {
      const { warning } = await probeConvention(foreign, datasets[0]);
      if (warning) {
        console.error(warning);
        run.event('warning', warning);
      }
    }
    const rows: string[][] = [];
    for (const [i, dataset] of datasets.entries()) {
      const benchmark = names[i];
      const result = await verify(embed, dataset, { benchmark, thresholds, fars: [0.1, 0.01, 0.001, far] });
      run.verification(result);
      const same = dataset.pairs!.map((pair) => pair.same);
      const distances = result.scores.map((cosine) => 2 - 2 * cosine);
      const different = same.filter((isSame) => !isSame).length;
      const measurable = measurableFars({ different }, [far]).length > 0;
      rows.push(
        rowOf(result, measurable ? bootstrapTarAtFar({ distances, same }, far, { seed }) : undefined),
      );
      if (!measurable)
        console.error(
          `${benchmark} has ${different} different pairs, too few for a false accept rate of ${far}; give a --far of at least ${roundedUp(1 / different)}.`,
        );
    }
    run.finish();
    print([['benchmark', 'pairs', 'accuracy', '± std', 'AUC', 'EER', `TAR@FAR=${far} [95 % CI]`], ...rows]);
    console.log(`Run ${run.id} of experiment verify is in ${database.path}.`);
  } catch (error) {
    run.fail(error);
    throw error;
  }
}

/**
 * The last part of each path, or as many parts as it takes to tell them apart (`m1/lfw`, `m2/lfw`): results are kept by these names. Throws a UserError
 * where a folder is named twice.
 */
export function distinctNames(folders: readonly string[]): string[] {
  const paths = folders.map((folder) => resolve(folder));
  const twice = paths.find((path, i) => paths.indexOf(path) < i);
  if (twice !== undefined) throw new UserError(`--benchmarks names ${twice} twice; name each folder once.`);
  for (let parts = 1; ; parts++) {
    const names = paths.map((path) => path.split(sep).slice(-parts).join('/'));
    if (new Set(names).size === names.length) return names;
  }
}

function withPairs(dataset: Dataset, seed: number): Dataset {
  if (dataset.pairs !== undefined) return dataset;
  const pairs = labelledPairs(dataset.labels, FOLDS, seed, dataset.folder);
  console.log(
    `${dataset.folder} has no pairs: ${pairs.length} are drawn from its ${dataset.identities} people (seed ${seed}).`,
  );
  return { ...dataset, pairs };
}

/** A number of three digits that is not below `value`. */
export function roundedUp(value: number): number {
  const near = Number(value.toPrecision(3));
  // Half a percent is half a unit of the third digit, or more.
  return near < value ? Number((1.005 * value).toPrecision(3)) : near;
}

function percent(share: number): string {
  return (100 * share).toFixed(2);
}

function rowOf(
  { benchmark, pairs, accuracy, accuracyStd, auc, eer }: VerificationResult,
  tar: { value: number; low: number; high: number } | undefined,
): string[] {
  const interval = tar ? `${percent(tar.value)} [${percent(tar.low)}, ${percent(tar.high)}]` : '—';
  return [
    benchmark,
    String(pairs),
    percent(accuracy),
    percent(accuracyStd),
    percent(auc),
    percent(eer),
    interval,
  ];
}

function print(rows: string[][]): void {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  for (const row of rows)
    console.log(
      row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join('  '),
    );
}
