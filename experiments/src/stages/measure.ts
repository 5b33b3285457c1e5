import { mean } from '@id3/core';
import type { Inspection } from '@id3/data';
import { measureDataset, pixelMeasures, slopeOf, spearman, type DatasetMeasures } from '@id3/eval';
import type { Verification } from '@id3/tracking';
import { z } from 'zod';
import { askedOf, inspect } from './inspection.ts';
import { ANCHORS, DATASET, EMBEDDINGS, MEASURES, VERIFICATION, saveMeasures } from './results.ts';
import { defineStage, optional } from './stage.ts';

/**
 * The measures of method.md ("Diversity and consistency, as numbers") of the dataset that a recogniser is trained
 * on, in the features of f, and by names that begin with `g.` in those of the judge, which took no part in making it. Two identities count as one face from f's own verification threshold on. The
 * Fréchet distance is that to the `train` pool, and absent for the pool itself. Beside them, what f sees in each image.
 */
export const measureStage = defineStage({
  name: 'measure',
  version: 7,
  inputs: z.strictObject({}),
  needs: {
    dataset: DATASET,
    embeddings: EMBEDDINGS,
    /** The `train` pool and its embeddings. */
    pool: DATASET,
    reference: EMBEDDINGS,
    /** Of f on one benchmark. */
    verification: VERIFICATION,
    /** The same by the judge, where there is one. */
    judged: optional(EMBEDDINGS),
    judgedReference: optional(EMBEDDINGS),
    judgeVerification: optional(VERIFICATION),
    /** Of a generated dataset. */
    anchors: optional(ANCHORS),
  },
  result: MEASURES,
  onEngine: false,
  cost: () => 8,
  async run({ needs, folder }) {
    const { dataset, embeddings, pool, reference, anchors } = needs;
    const threshold = thresholdOf(needs.verification);
    const isPool = dataset.folder === pool.folder;
    const measures = measureDataset({
      embeddings: embeddings.data,
      size: embeddings.size,
      labels: dataset.labels,
      threshold,
      asked: askedOf(dataset, embeddings.size),
      reference: isPool ? undefined : reference.data,
    });
    const inspection = inspect({ folder, dataset, embeddings, pool, reference, anchors, threshold });
    const { judged, judgedReference, judgeVerification } = needs;
    const byJudge =
      judged &&
      judgeVerification &&
      measureDataset({
        embeddings: judged.data,
        size: judged.size,
        labels: dataset.labels,
        threshold: thresholdOf(judgeVerification),
        reference: isPool ? undefined : judgedReference?.data,
      });
    saveMeasures(folder, {
      numbers: {
        threshold,
        ...numbersOf(measures),
        ...(byJudge && prefixed('g.', numbersOf(byJudge))),
        ...prefixed('pixels.', pixelMeasures(dataset)),
        ...obedience(inspection),
      },
      inspection,
    });
  },
});

const prefixed = (prefix: string, numbers: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(numbers).map(([name, value]) => [prefix + name, value]));

/** The cosine from which f takes two faces for one: its folds choose squared distances t = 2 - 2·cosine. */
export function thresholdOf([{ folds }]: readonly Verification[]): number {
  return 1 - mean(folds.map(({ threshold }) => threshold)) / 2;
}

/**
 * Of yaw and age what was asked for, or is true, against what is read off the images: `asAsked.yaw` and `asAsked.age`, the rank correlation;
 * `asAsked.yawSlope` and `asAsked.ageSlope`, the slope of the latter over the former. The regression shrinks, so a slope is to be set beside that of true values.
 */
export function obedience({
  images,
  predicted,
}: Pick<Inspection, 'images' | 'predicted'>): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const key of ['yaw', 'age'] as const) {
    const [asked, read] = [images[key], predicted[key]?.value];
    if (asked === undefined || read === undefined) continue;
    numbers[`asAsked.${key}`] = spearman(asked, read);
    numbers[`asAsked.${key}Slope`] = slopeOf(asked, read);
  }
  return numbers;
}

/** Every measure that there is by its name, such as `interClass.mean`. */
function numbersOf(measures: DatasetMeasures): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const [name, value] of Object.entries<number | object | undefined>({ ...measures }))
    if (typeof value === 'number') numbers[name] = value;
    else
      for (const [part, number] of Object.entries<number | undefined>({ ...value }))
        if (number !== undefined) numbers[`${name}.${part}`] = number;
  return numbers;
}
