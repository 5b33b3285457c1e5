import { embedDataset, embedWith } from '@id3/model';
import { z } from 'zod';
import { DATASET, EMBEDDINGS, RECOGNISER, saveEmbeddings } from './results.ts';
import { defineStage } from './stage.ts';

const BATCH_SIZE = 64;

/** Embeds every image of a dataset with a frozen recogniser. */
export const embedStage = defineStage({
  name: 'embed',
  version: 2,
  inputs: z.strictObject({}),
  needs: { dataset: DATASET, recogniser: RECOGNISER },
  result: EMBEDDINGS,
  onEngine: true,
  cost: () => 5,
  async run({ needs: { dataset, recogniser }, folder, progress }) {
    const data = await embedDataset(embedWith(recogniser), dataset, {
      batchSize: BATCH_SIZE,
      onImages: (done) => progress(done, dataset.count),
    });
    saveEmbeddings(folder, { data, size: data.length / dataset.count });
  },
});
