import { recogniserSchema, trainRecogniser, type RecogniserOptions } from '@id3/model';
import { z } from 'zod';
import { DATASET, RECOGNISER, modelFile } from './results.ts';
import { defineStage } from './stage.ts';
import { trainingHooks } from './training-hooks.ts';

/** Seconds that a recogniser's training roughly takes. */
export const recogniserCost = ({
  size,
  recogniser: { network, training },
}: {
  size: number;
  recogniser: RecogniserOptions;
}): number => 2e-7 * training.steps * training.batchSize * size ** 2 * network.widths[0];

/** Trains a downstream recogniser on the generated images alone, or on the `train` pool for the ceiling. */
export const trainRecogniserStage = defineStage({
  name: 'train-recogniser',
  version: 2,
  inputs: z.strictObject({ seed: z.int(), size: z.int(), recogniser: recogniserSchema }),
  needs: { dataset: DATASET },
  result: RECOGNISER,
  onEngine: true,
  cost: (inputs) => recogniserCost(inputs),
  async run({ inputs: { recogniser, seed }, needs: { dataset }, folder, ...host }) {
    await trainRecogniser(recogniser, dataset, seed, trainingHooks(host, modelFile(folder)));
  },
});
