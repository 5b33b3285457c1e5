import { verifyRobustness } from '@id3/eval';
import { z } from 'zod';
import { DATASET, RECOGNISER, VERIFICATION, saveVerification, seedsSchema } from './results.ts';
import { defineStage } from './stage.ts';

/** Verifies a recogniser on a benchmark whose second pictures are disturbed: each condition is recorded as a benchmark of its own. */
export const robustnessStage = defineStage({
  name: 'robustness',
  version: 2,
  inputs: z.strictObject({
    ...seedsSchema,
    /** Of what is drawn here: the same for all recognisers. */
    disturbanceSeed: z.int(),
    benchmark: z.string(),
  }),
  needs: { recogniser: RECOGNISER, benchmark: DATASET },
  result: VERIFICATION,
  onEngine: true,
  cost: () => 60,
  async run({ inputs: { disturbanceSeed, benchmark }, needs, folder, progress }) {
    const results = await verifyRobustness(needs.recogniser, needs.benchmark, {
      benchmark,
      seed: disturbanceSeed,
      onCondition: progress,
    });
    saveVerification(folder, results);
  },
});
