import { openDataset } from '@id3/data';
import { z } from 'zod';
import { imageShape } from '../config/sections.ts';
import { takePhotos } from './photos.ts';
import { DATASET } from './results.ts';
import { defineStage } from './stage.ts';

/** An imported or aligned benchmark, in the experiment's size and channels; folds and pairs are its own. */
export const photoBenchmarkStage = defineStage({
  name: 'photo-benchmark',
  version: 1,
  inputs: z.strictObject({
    folder: z.string(),
    /** Hash of the dataset's manifest, which has the checksums of photos and pairs. */
    manifest: z.string(),
    ...imageShape,
  }),
  needs: {},
  result: DATASET,
  onEngine: false,
  // Wherever it lies.
  keyed: ({ folder: _, ...inputs }) => inputs,
  cost: () => 20,
  run: (context) => takePhotos(openDataset(context.inputs.folder), context),
});
