import { UserError } from '@id3/core';
import { openDataset, type Dataset } from '@id3/data';
import { z } from 'zod';
import { takePhotos } from './photos.ts';
import { DATASET } from './results.ts';
import { defineStage } from './stage.ts';

/** A dataset of photos, scaled to the experiment's size, in the place of the rendered `train` pool. */
export const photoPoolStage = defineStage({
  name: 'photo-pool',
  version: 1,
  inputs: z.strictObject({
    folder: z.string(),
    /** Hash of the dataset's manifest: the pool is made anew where the photos or their attributes change. */
    manifest: z.string(),
    size: z.int(),
  }),
  needs: {},
  result: DATASET,
  onEngine: false,
  cost: () => 20,
  async run(context) {
    const dataset = openDataset(context.inputs.folder);
    requireAttributes(dataset);
    await takePhotos({ ...dataset, pairs: undefined }, context);
  },
});

/** ID³ is trained on (age, yaw). */
function requireAttributes({ folder, count, record }: Dataset): void {
  for (let i = 0; i < count; i++) {
    const { age, yaw } = record(i);
    if (age === undefined || yaw === undefined)
      throw new UserError(
        `Image ${i} of ${folder} has no age or yaw; run: npx nx run tools:attributes --dataset=${folder}`,
      );
  }
}
