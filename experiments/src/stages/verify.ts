import {
  distinctPairs,
  pairsOf,
  protocolEmbeddings,
  verifyEmbedded,
  type VerificationResult,
} from '@id3/eval';
import { embedWith } from '@id3/model';
import { distinctOf } from '@id3/report';
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
    /** Whether lists that repeat themselves are judged on their distinct pairs too. */
    distinct: z.literal(true).optional(),
  }),
  needs: { recogniser: RECOGNISER, benchmarks: many(DATASET) },
  result: VERIFICATION,
  onEngine: true,
  cost: ({ benchmarks }) => benchmarks.length,
  async run({ inputs: { benchmarks, distinct }, needs, folder, progress }) {
    const embed = embedWith(needs.recogniser);
    const results: VerificationResult[] = [];
    for (const benchmark of benchmarks) {
      const dataset = needs.benchmarks[benchmark];
      const pairs = pairsOf(dataset);
      const embedded = await protocolEmbeddings(embed, dataset);
      results.push(verifyEmbedded(embedded, dataset, { benchmark }));
      const few = distinct ? distinctPairs(pairs, dataset) : pairs;
      if (few.length < pairs.length)
        results.push(
          verifyEmbedded(embedded, { ...dataset, pairs: few }, { benchmark: distinctOf(benchmark) }),
        );
      progress(benchmarks.indexOf(benchmark) + 1, benchmarks.length);
    }
    saveVerification(folder, results);
  },
});
