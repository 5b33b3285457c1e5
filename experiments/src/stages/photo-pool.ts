import { UserError } from '@id3/core';
import { importImages, openDataset, type Dataset } from '@id3/data';
import sharp from 'sharp';
import { z } from 'zod';
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
  async run({ inputs, folder, progress }) {
    const dataset = openDataset(inputs.folder);
    requireAttributes(dataset);
    const { count, height, width } = dataset;
    await importImages(
      {
        spec: { format: 'dataset', source: inputs.folder, manifest: inputs.manifest },
        count,
        picture: (i) => dataset.image(i),
        decode: (i, size) =>
          sharp(dataset.image(i), { raw: { width, height, channels: 3 } })
            .resize(size, size)
            .raw()
            .toBuffer(),
        record: (i) => dataset.record(i),
        nameOf: (i) => `image ${i} of ${inputs.folder}`,
      },
      folder,
      { size: inputs.size, onImages: progress },
    );
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
