import { join } from 'node:path';
import { frozenRecogniserSchema, saveRecogniser, trainRecogniser, whitened } from '@id3/model';
import { z } from 'zod';
import { recogniserCost } from './train-recogniser.ts';
import { DATASET, RECOGNISER, modelFile } from './results.ts';
import { defineStage } from './stage.ts';
import { trainingHooks } from './training-hooks.ts';

/** The network as it was trained, before it is whitened. */
const TRAINED_FILE = 'trained.safetensors';

/** Trains the frozen recogniser f on the `pretrain` pool. */
export const trainFStage = defineStage({
  name: 'train-f',
  version: 2,
  inputs: z.strictObject({ seed: z.int(), size: z.int(), recogniser: frozenRecogniserSchema }),
  needs: { dataset: DATASET },
  result: RECOGNISER,
  onEngine: true,
  cost: (inputs) => recogniserCost(inputs),
  async run({ inputs: { recogniser, seed }, needs: { dataset }, folder, ...host }) {
    const { whitenedSize, ...options } = recogniser;
    const hooks = trainingHooks(host, join(folder, TRAINED_FILE));
    const trained = await trainRecogniser(options, dataset, seed, hooks);
    const f = whitenedSize === 0 ? trained : await whitened(trained, dataset, whitenedSize);
    await saveRecogniser(modelFile(folder), f, options);
  },
});
