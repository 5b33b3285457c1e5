import { diffusionSchema, trainDiffusion } from '@id3/model';
import { z } from 'zod';
import { DATASET, DIFFUSION, RECOGNISER, modelFile } from './results.ts';
import { defineStage } from './stage.ts';
import { trainingHooks } from './training-hooks.ts';

/** Algorithm 1: trains the denoising network on the `train` pool. */
export const trainDiffusionStage = defineStage({
  name: 'train-diffusion',
  version: 3,
  inputs: z.strictObject({ size: z.int(), diffusion: diffusionSchema }),
  needs: { dataset: DATASET, f: RECOGNISER },
  result: DIFFUSION,
  onEngine: true,
  cost: ({ size, diffusion: { unet, training } }) =>
    3e-8 * training.steps * training.batchSize * size ** 2 * (unet.baseChannels / unet.patchSize) ** 2,
  async run({ inputs: { diffusion }, needs: { dataset, f }, folder, ...host }) {
    await trainDiffusion(diffusion, { dataset, f }, trainingHooks(host, modelFile(folder)));
  },
});
