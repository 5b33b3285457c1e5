import { basename, join, resolve } from 'node:path';
import { UserError } from '@id3/core';
import { openDataset, type Dataset } from '@id3/data';
import { describeEngine, selectEngine } from '@id3/engine';
import {
  bootstrapTarAtFar,
  labelledPairs,
  probeConvention,
  verify,
  type VerificationResult,
} from '@id3/eval';
import { openDatabase } from '@id3/tracking';
import { main } from './main.ts';
import { namedRecogniser, recogniserOptions } from './recognisers.ts';

/** Of drawn pairs. */
const FOLDS = 10;

await main({
  name: 'verify',
  summary:
    'Verifies one recogniser on any number of benchmarks (nx run eval:verify): a table here, and every fold and curve in the database.',
  options: {
    benchmarks: {
      help: 'folders of datasets, separated by commas; where one has no pairs, they are drawn from its people',
    },
    ...recogniserOptions,
    thresholds: { help: 'exact, or insightface: only 0, 0.01 … 3.99 are tried', default: 'exact' },
    far: { help: 'false accept rate at which the true accept rate is given', default: '0.01' },
    out: { help: 'the folder of the database', default: 'artefacts' },
    name: { help: 'name of the run in the database; default: the recogniser’s' },
    seed: { help: 'of the bootstrap and of drawn pairs', default: '1' },
  },
  async run(given) {
    if (given.benchmarks === undefined)
      throw new UserError('Give --benchmarks=FOLDER,FOLDER…, datasets with pairs.');
    const far = Number(given.far);
    if (!(far > 0 && far < 1))
      throw new UserError(`The option --far is "${given.far}"; expected a rate between 0 and 1.`);
    const { thresholds } = given;
    if (thresholds !== 'exact' && thresholds !== 'insightface')
      throw new UserError(`The option --thresholds is "${thresholds}"; choose exact or insightface.`);
    const engine = await selectEngine();
    console.log(`engine: ${describeEngine(engine)}`);
    const { embed, convention, load } = await namedRecogniser(given);
    const folders = given.benchmarks.split(',');
    const datasets = folders.map((folder) => withPairs(openDataset(folder), Number(given.seed)));
    const database = openDatabase(join(given.out, 'tracking.sqlite'));
    const run = database.initRun({
      experiment: 'verify',
      name: given.name ?? basename(given.recogniser),
      stage: 'verify',
      config: {
        recogniser: given.recogniser,
        convention,
        benchmarks: folders.map((f) => resolve(f)),
        thresholds,
      },
      engine,
    });
    try {
      if (load && convention && datasets[0].pairs) {
        const { warning } = await probeConvention(load, convention, datasets[0]);
        if (warning) {
          console.error(warning);
          run.event('warning', warning);
        }
      }
      const rows: string[][] = [];
      for (const [i, dataset] of datasets.entries()) {
        const benchmark = basename(resolve(folders[i]));
        const result = await verify(embed, dataset, { benchmark, thresholds, fars: [0.1, 0.01, 0.001, far] });
        run.verification(result);
        const same = dataset.pairs!.map((pair) => pair.same);
        const distances = result.scores.map((cosine) => 2 - 2 * cosine);
        const tar = bootstrapTarAtFar({ distances, same }, far, { seed: Number(given.seed) });
        rows.push(rowOf(result, tar));
      }
      run.finish();
      print([['benchmark', 'pairs', 'accuracy', '± std', 'AUC', 'EER', `TAR@FAR=${far} [95 % CI]`], ...rows]);
      console.log(`Run ${run.id} of experiment verify is in ${database.path}.`);
    } catch (error) {
      run.fail(error);
      throw error;
    }
  },
});

function withPairs(dataset: Dataset, seed: number): Dataset {
  if (dataset.pairs !== undefined) return dataset;
  const pairs = labelledPairs(dataset.labels, FOLDS, seed);
  console.log(
    `${dataset.folder} has no pairs: ${pairs.length} are drawn from its ${dataset.identities} people (seed ${seed}).`,
  );
  return { ...dataset, pairs };
}

function percent(share: number): string {
  return (100 * share).toFixed(2);
}

function rowOf(
  { benchmark, pairs, accuracy, accuracyStd, auc, eer }: VerificationResult,
  tar: { value: number; low: number; high: number },
): string[] {
  const interval = `${percent(tar.value)} [${percent(tar.low)}, ${percent(tar.high)}]`;
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
