import { join } from 'node:path';
import { openDataset } from '@id3/data';
import { trainDiffusion, type DiffusionOptions } from '@id3/model';
import { diffusionStep, type FInputs } from '../estimate/steps.ts';
import { trainedRecogniser } from './recogniser-training.ts';
import { MODEL_FILE, trainingHooks } from './hooks.ts';
import type { Stage } from './stage.ts';

export interface DiffusionInputs extends Record<string, unknown> {
  seed: number;
  size: number;
  diffusion: DiffusionOptions;
}

/** Algorithm 1: trains the denoising network on the `train` pool. */
export const diffusionTraining: Stage<DiffusionInputs, 'dataset' | 'f'> = {
  name: 'train-diffusion',
  version: 2,
  cost: ({ size, diffusion: { unet, training } }) =>
    1e-8 * training.steps * training.batchSize * size ** 2 * (unet.baseChannels / unet.patchSize) ** 2,
  async run(context) {
    const { inputs, dependencies, engine } = context;
    await engine();
    const dataset = openDataset(dependencies.dataset);
    const f = trainedRecogniser(dependencies.f);
    await trainDiffusion(inputs.diffusion, dataset, f, inputs.seed, trainingHooks(context));
  },
  estimate: ({ diffusion, size }, { f }) => diffusionStep(diffusion, f as FInputs, size),
  record: (run, folder) => run.artefact(join(folder, MODEL_FILE), 'diffusion'),
};
