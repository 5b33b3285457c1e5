import { saveFaceresRecogniser } from '@id3/model';
import { z } from 'zod';
import { RECOGNISER, modelFile } from './results.ts';
import { defineStage } from './stage.ts';

/** The pretrained recogniser of `@vladmandic/human` as the judge of photos. */
export const faceresStage = defineStage({
  name: 'faceres',
  version: 1,
  inputs: z.strictObject({}),
  needs: {},
  result: RECOGNISER,
  onEngine: false,
  cost: () => 1,
  run: async ({ folder }) => saveFaceresRecogniser(modelFile(folder)),
});
