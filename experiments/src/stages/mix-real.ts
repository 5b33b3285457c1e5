import { DatasetWriter, type Dataset } from '@id3/data';
import { z } from 'zod';
import { imageShape } from '../config/sections.ts';
import { DATASET } from './results.ts';
import { defineStage } from './stage.ts';

/** What is in memory at once. */
const IMAGES_PER_SHARD = 512;

const inputsSchema = z.strictObject({
  ...imageShape,
  /** People in all. */
  identities: z.int().min(2),
  imagesPerIdentity: z.int().min(1),
  /** Of them from the pool. */
  realPeople: z.int().min(0),
});

/** Image `index` of a dataset, as the person `label`. */
interface Taken {
  readonly dataset: Dataset;
  readonly index: number;
  readonly label: number;
}

/** The images of the first `people` labels of a dataset, at most `shots` of each; their labels count from `firstLabel`. */
function takenOf(dataset: Dataset, people: number, shots: number, firstLabel: number): Taken[] {
  const images = new Map<number, number>();
  const labels = new Map<number, number>();
  return Array.from({ length: dataset.count }, (_, index) => index).flatMap((index) => {
    const { label: own } = dataset.record(index);
    if (!labels.has(own) && labels.size < people) labels.set(own, firstLabel + labels.size);
    const [label, before] = [labels.get(own), images.get(own) ?? 0];
    if (label === undefined || before === shots) return [];
    images.set(own, before + 1);
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
    const { size, channels, identities, imagesPerIdentity: shots, realPeople } = inputs;
    const taken = [
      ...takenOf(real, realPeople, shots, 0),
      ...takenOf(generated, identities - realPeople, shots, realPeople),
    ];
    const writer = DatasetWriter.open(folder, {
      kind: 'generated',
      spec: z.json().parse(inputs),
      height: size,
      width: size,
      channels,
      count: taken.length,
      imagesPerShard: IMAGES_PER_SHARD,
    });
    for (let k = 0; k < writer.shards; k++) {
      const shard = taken.slice(...writer.shardRange(k));
      writer.writeShard(k, {
        images: Buffer.concat(shard.map(({ dataset, index }) => dataset.image(index))),
        records: shard.map(({ dataset, index, label }) => ({ ...dataset.record(index), label })),
      });
    }
    writer.finish();
  },
});
