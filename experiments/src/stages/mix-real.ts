import { DatasetWriter, type Dataset } from '@id3/data';
import { z } from 'zod';
import { DATASET } from './results.ts';
import { defineStage } from './stage.ts';

const inputsSchema = z.strictObject({
  size: z.int(),
  /** People in all. */
  identities: z.int().min(2),
  imagesPerIdentity: z.int().min(1),
  /** Of them from the pool. */
  realPeople: z.int().min(0),
});

/** Image `index` of a dataset, as the person `label`. */
interface Pick {
  readonly dataset: Dataset;
  readonly index: number;
  readonly label: number;
}

/** The images of the first `people` labels of a dataset, at most `shots` of each; their labels count from `firstLabel`. */
export function picksOf(dataset: Dataset, people: number, shots: number, firstLabel: number): Pick[] {
  const taken = new Map<number, number>();
  const labels = new Map<number, number>();
  return Array.from({ length: dataset.count }, (_, index) => index).flatMap((index) => {
    const { label: own } = dataset.record(index);
    if (!labels.has(own) && labels.size < people) labels.set(own, firstLabel + labels.size);
    const [label, before] = [labels.get(own), taken.get(own) ?? 0];
    if (label === undefined || before === shots) return [];
    taken.set(own, before + 1);
    return [{ dataset, index, label }];
  });
}

/** A training set in which some people are of the `train` pool and the others generated. */
export const mixRealStage = defineStage({
  name: 'mix-real',
  version: 1,
  inputs: inputsSchema,
  needs: { real: DATASET, generated: DATASET },
  result: DATASET,
  onEngine: false,
  cost: ({ identities, imagesPerIdentity }) => 1e-4 * identities * imagesPerIdentity,
  async run({ inputs, needs: { real, generated }, folder }) {
    const { size, identities, imagesPerIdentity: shots, realPeople } = inputs;
    const picks = [
      ...picksOf(real, realPeople, shots, 0),
      ...picksOf(generated, identities - realPeople, shots, realPeople),
    ];
    const writer = DatasetWriter.open(folder, {
      kind: 'generated',
      spec: inputs,
      height: size,
      width: size,
      count: picks.length,
      imagesPerShard: picks.length,
    });
    const images = Buffer.concat(picks.map(({ dataset, index }) => dataset.image(index)));
    const records = picks.map(({ dataset, index, label }) => ({ ...dataset.record(index), label }));
    writer.writeShard(0, { images, records });
    writer.finish();
  },
});
