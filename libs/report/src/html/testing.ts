import { openDatabase, openReader, type Database } from '@id3/tracking';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { escaped } from './markup.ts';
import { exportReport } from './report.ts';

/** What a person or an experiment names, as one likes it. */
export type Naming = (name: string) => string;

/** A file that begins as a PNG of 4 × 3 pixels does, of so many bytes. */
export function pngOf(bytes: number): Buffer {
  const file = Buffer.alloc(bytes, 7);
  Buffer.from('89504e470d0a1a0a0000000d494844520000000400000003', 'hex').copy(file);
  return file;
}

/** Accuracies of two folds, of two recognisers each; the rows of `lb` differ in one field alone. */
const ROWS: readonly [name: string, lb: number, accuracies: readonly (readonly number[])[]][] = [
  ['full', 0.4, [[0.8, 0.9], [0.7, 0.8]]],
  ['lb-2', 0.2, [[0.7, 0.9], [0.7, 0.7]]],
  ['lb-6', 0.6, [[0.6, 0.8], [0.6, 0.8]]],
  ['ceiling', 0.4, [[0.95, 0.95], [0.9, 1]]],
]; // prettier-ignore

/** Makes a database with a finished experiment in a folder, each of its names as `naming` has it. Returns its run. */
export function reportedExperiment(
  folder: string,
  {
    naming = (name) => name,
    pictures = { full: pngOf(500) },
  }: { naming?: Naming; pictures?: Record<string, Buffer | undefined> } = {},
): number {
  const database = openDatabase(join(folder, 'tracking.sqlite'));
  const experiment = naming('the experiment');
  const run = database.initRun({
    experiment,
    name: 'ablation',
    command: naming('npx nx run experiments:ablation'),
    config: { [naming('field')]: naming('value'), generation: { lb: 0.4 } },
    engine: { name: naming('onnx'), versions: {} },
  });
  const ids = run.variants(
    ROWS.map(([name, lb]) => ({
      name,
      title: naming(`row ${name}`),
      config: { [naming('field')]: naming('value'), generation: { lb } },
    })),
  );
  for (const [name, , accuracies] of ROWS) {
    accuracies.forEach((folds, seed) =>
      verified(database, { experiment, parent: run.id, seed, folds, naming }).partOf(
        ids.get(name)!,
        'verification',
      ),
    );
    const measure = database.initRun({ experiment, name: 'measure', config: {}, parent: run.id });
    measure.summary({ frechet: 0.25, 'interClass.mean': -0.0001 });
    measure.partOf(ids.get(name)!, 'measures');
    measure.finish();
  }
  Object.entries(pictures).forEach(([name, bytes], k) => {
    const path = `${naming('grid')}-${k}.png`;
    const grid = database.initRun({
      experiment,
      name: 'sample-grid',
      stage: 'sample-grid',
      config: {},
      parent: run.id,
    });
    writeFileSync(join(folder, path), bytes ?? '');
    grid.artefact(path, 'picture');
    grid.partOf(ids.get(name)!, 'sample-grid');
    grid.finish();
  });
  run.event('info', naming('Nobody was left out.'));
  run.finish();
  database.close();
  return run.id;
}

function verified(
  database: Database,
  {
    experiment,
    parent,
    seed,
    folds,
    naming,
  }: { experiment: string; parent: number; seed: number; folds: readonly number[]; naming: Naming },
) {
  const about = { experiment, name: 'verify', stage: naming('verify'), config: {}, seed, parent };
  const run = database.initRun({
    ...about,
    engine: { name: naming('onnx'), versions: { [naming('tfjs')]: naming('4') } },
  });
  run.verification({
    benchmark: naming('rendered-lfw'),
    pairs: 4,
    accuracy: 1,
    accuracyStd: 0,
    auc: 1,
    eer: 0,
    tarAtFar: {},
    folds: folds.map((accuracy, fold) => ({ fold, accuracy, threshold: 1 })),
  });
  run.finish();
  return run;
}

/** The report of the experiment that lies in a folder. */
export function reportIn(folder: string, request: Parameters<typeof exportReport>[1] = {}): string {
  const reader = openReader(join(folder, 'tracking.sqlite'));
  try {
    return exportReport(reader, request).text;
  } finally {
    reader.close();
  }
}

const SIGNS = ['&', '<', '>', '"', "'"];
const shown = (html: string): string =>
  SIGNS.reduceRight((text, sign) => text.replaceAll(escaped(sign), sign), html.replace(/<[^>]*>/g, ''));

/** The cells of a page's table, row by row. */
export function cellsOf(html: string, id: string): string[][] {
  const [, table] = new RegExp(`<table aria-labelledby="${id}"[^>]*>([^]*?)</table>`).exec(html)!;
  return [...table.matchAll(/<tr>([^]*?)<\/tr>/g)].map(([, row]) =>
    [...row.matchAll(/<t[hd][^>]*>([^]*?)<\/t[hd]>/g)].map(([, cell]) => shown(cell)),
  );
}

/** Every tag of a page with the names of its attributes: what a browser makes of it, but for texts. */
export const structureOf = (html: string): string[] =>
  [...html.matchAll(/<([a-z!/][^\s>]*)((?:"[^"]*"|[^">])*)>/gi)].map(([, tag, attributes]) =>
    [tag, ...[...attributes.matchAll(/([^\s=]+)="[^"]*"/g)].map(([, name]) => name)].join(' '),
  );
