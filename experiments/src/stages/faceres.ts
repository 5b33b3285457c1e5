import { saveFaceresRecogniser } from '@id3/model';
import { z } from 'zod';
import { DATASET, RECOGNISER, modelFile } from './results.ts';
import { defineStage } from './stage.ts';

/** The pretrained recogniser of `@vladmandic/human` as the judge of photos, centred on the people of the `train` pool. */
export const faceresStage = defineStage({
  name: 'faceres',
  version: 2,
  inputs: z.strictObject({}),
  needs: { dataset: DATASET },
  result: RECOGNISER,
  onEngine: true,
  cost: () => 120,
  run: ({ needs: { dataset }, folder, progress }) =>
    saveFaceresRecogniser(modelFile(folder), dataset, (done) => progress(done, dataset.count)),
});
