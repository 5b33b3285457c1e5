import { withinPersonFactor } from '@id3/model';
import { z } from 'zod';
import { DATASET, EMBEDDINGS, VARIATION, saveVariation } from './results.ts';
import { defineStage } from './stage.ts';

/** How the photos of one person in the `train` pool vary to f. */
export const variationStage = defineStage({
  name: 'variation',
  version: 1,
  inputs: z.strictObject({}),
  needs: { pool: DATASET, embeddings: EMBEDDINGS },
  result: VARIATION,
  onEngine: false,
  cost: () => 1,
  async run({ needs: { pool, embeddings }, folder }) {
    const { data, size } = embeddings;
    saveVariation(folder, withinPersonFactor(data, pool.labels, size), size);
  },
});
