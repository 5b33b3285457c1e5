import { UserError } from '@id3/core';
import { openDataset, type Dataset } from '@id3/data';
import { z } from 'zod';
import { imageShape } from '../config/sections.ts';
import { choiceSchema, chosenImages } from '../photos/choose.ts';
import { takePhotos } from './photos.ts';
import { DATASET } from './results.ts';
import { defineStage } from './stage.ts';

/** A dataset of photos, or the chosen part of it, in the experiment's size and channels, in the place of the rendered `train` pool. */
export const photoPoolStage = defineStage({
  name: 'photo-pool',
  version: 1,
  inputs: z.strictObject({
    folder: z.string(),
    /** Hash of the dataset's manifest: the pool is made anew where the photos or their attributes change. */
    manifest: z.string(),
    ...imageShape,
    ...choiceSchema.shape,
  }),
  needs: {},
  result: DATASET,
  onEngine: false,
  cost: () => 20,
  async run(context) {
    const dataset = openDataset(context.inputs.folder);
    const all = Array.from({ length: dataset.count }, (_, i) => dataset.record(i));
    const chosen = chosenImages(all, context.inputs);
    requireAttributes(dataset, chosen);
    await takePhotos({ ...dataset, pairs: undefined }, context, chosen);
  },
});

/** ID³ is trained on (age, yaw). */
function requireAttributes({ folder, record }: Dataset, chosen: readonly number[]): void {
  for (const i of chosen) {
    const { age, yaw } = record(i);
    if (age === undefined || yaw === undefined)
      throw new UserError(
        `Image ${i} of ${folder} has no age or yaw; run: npx nx run tools:attributes --dataset=${folder}`,
      );
  }
}
