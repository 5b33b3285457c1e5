import { lookAtPairs, pairsOf } from '@id3/eval';
import { z } from 'zod';
import { DATASET, PAIR_FINDINGS, savePairFindings } from './results.ts';
import { defineStage, optional } from './stage.ts';

/** Looks at a benchmark's list of pairs: what is in it twice, in several folds, or among the training photos. */
export const lookAtPairsStage = defineStage({
  name: 'look-at-pairs',
  version: 1,
  inputs: z.strictObject({}),
  needs: {
    benchmark: DATASET,
    /** The training photos, where there are any. */
    pool: optional(DATASET),
  },
  result: PAIR_FINDINGS,
  onEngine: false,
  cost: () => 5,
  async run({ needs: { benchmark, pool }, folder }) {
    savePairFindings(folder, lookAtPairs(pairsOf(benchmark), benchmark, pool));
  },
});
