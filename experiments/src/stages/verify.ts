import { verify, type VerificationResult } from '@id3/eval';
import { embedWith } from '@id3/model';
import { z } from 'zod';
import { DATASET, RECOGNISER, VERIFICATION, saveVerification, seedsSchema } from './results.ts';
import { defineStage, many } from './stage.ts';

/** Verifies a recogniser on every benchmark, in the order of `inputs.benchmarks`. */
export const verifyStage = defineStage({
  name: 'verify',
  version: 3,
  inputs: z.strictObject({
    ...seedsSchema,
    benchmarks: z.array(z.string()),
  }),
  needs: { recogniser: RECOGNISER, benchmarks: many(DATASET) },
  result: VERIFICATION,
  onEngine: true,
  cost: ({ benchmarks }) => 10 * benchmarks.length,
  async run({ inputs: { benchmarks }, needs, folder, progress }) {
    const embed = embedWith(needs.recogniser);
    const results: VerificationResult[] = [];
    for (const benchmark of benchmarks) {
      results.push(await verify(embed, needs.benchmarks[benchmark], { benchmark }));
      progress(results.length, benchmarks.length);
    }
    saveVerification(folder, results);
  },
});
