import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '@id3/core';
import { openDataset, type Inspection } from '@id3/data';
import { measureDataset, spearman, type DatasetMeasures } from '@id3/eval';
import { readEmbeddings } from './embedding.ts';
import { INSPECTION_FILE, askedOf, inspect } from './inspection.ts';
import type { Stage } from './stage.ts';
import { readVerification } from './verification.ts';

const FILE = 'measures.json';

/**
 * The measures of method.md ("Diversity and consistency, as numbers") of the dataset that a recogniser is trained
 * on, in the features of f. Two identities count as one face from f's own verification threshold on. The
 * Fréchet distance is that to the `train` pool, and absent for the pool itself. Beside them, what f sees in each image.
 *
 * Its dependencies are `dataset` and its `embeddings`, the train `pool` and its (`reference`), f's `verification`, and the
 * `anchors` of a generated dataset.
 */
export const measuring: Stage<Record<string, never>, string> = {
  name: 'measure',
  version: 4,
  cost: () => 15,
  async run({ folder, dependencies }) {
    const dataset = openDataset(dependencies.dataset);
    const { data: embeddings, size } = readEmbeddings(dependencies.embeddings);
    const threshold = thresholdOf(dependencies.verification);
    const isReference = dependencies.embeddings === dependencies.reference;
    const measures = measureDataset({
      embeddings,
      size,
      labels: dataset.labels,
      threshold,
      asked: askedOf(dataset, size),
      reference: isReference ? undefined : readEmbeddings(dependencies.reference).data,
    });
    const inspection = inspect({ folder, dependencies, dataset, threshold });
    const numbers = { threshold, ...numbersOf(measures), ...obedience(inspection) };
    writeFileAtomic(join(folder, FILE), JSON.stringify(numbers));
    writeFileAtomic(join(folder, INSPECTION_FILE), JSON.stringify(inspection));
  },
  record(run, folder) {
    run.summary(JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as Record<string, number>);
    run.artefact(join(folder, FILE), 'measures');
    run.artefact(join(folder, INSPECTION_FILE), 'inspection');
  },
};

/** The cosine from which f takes two faces for one: its folds choose squared distances t = 2 - 2·cosine. */
function thresholdOf(folder: string): number {
  const [{ folds }] = readVerification(folder);
  return 1 - folds.reduce((sum, { threshold }) => sum + threshold, 0) / folds.length / 2;
}

/** By `asAsked.yaw` and `asAsked.age`, the rank correlation of what was asked for, or is true, with what is read off the images. */
export function obedience({
  images,
  predicted,
}: Pick<Inspection, 'images' | 'predicted'>): Record<string, number> {
  const entries = (['yaw', 'age'] as const).flatMap((key) => {
    const [asked, read] = [images[key], predicted[key]?.value];
    return asked === undefined || read === undefined ? [] : [[`asAsked.${key}`, spearman(asked, read)]];
  });
  return Object.fromEntries(entries) as Record<string, number>;
}

/** Every measure that there is by its name, such as `interClass.mean`. */
function numbersOf(measures: DatasetMeasures): Record<string, number> {
  const entries = Object.entries(measures).flatMap(([name, value]) =>
    typeof value === 'object'
      ? Object.entries<number>(value).map(([part, number]) => [`${name}.${part}`, number])
      : [[name, value]],
  );
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Record<string, number>;
}
