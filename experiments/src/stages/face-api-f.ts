import { saveFaceApiRecogniser } from '@id3/model';
import { z } from 'zod';
import { DATASET, RECOGNISER, modelFile } from './results.ts';
import { defineStage } from './stage.ts';

/** The pretrained recogniser of face-api as f, whitened on the people of the `train` pool. */
export const faceApiFStage = defineStage({
  name: 'face-api-f',
  version: 1,
  inputs: z.strictObject({ whitenedSize: z.int() }),
  needs: { dataset: DATASET },
  result: RECOGNISER,
  onEngine: true,
  cost: () => 60,
  async run({ inputs: { whitenedSize }, needs: { dataset }, folder, progress }) {
    await saveFaceApiRecogniser(modelFile(folder), dataset, whitenedSize, (done) =>
      progress(done, dataset.count),
    );
  },
});
