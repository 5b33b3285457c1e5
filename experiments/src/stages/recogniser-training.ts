import { join } from 'node:path';
import { openDataset } from '@id3/data';
import { loadRecogniser, trainRecogniser, type Recogniser, type RecogniserOptions } from '@id3/model';
import { estimateRecogniser } from './estimates.ts';
import { MODEL_FILE, trainingHooks } from './hooks.ts';
import type { Stage } from './stage.ts';

export interface RecogniserInputs extends Record<string, unknown> {
  seed: number;
  size: number;
  recogniser: RecogniserOptions;
}

const training = (name: string): Stage<RecogniserInputs, 'dataset'> => ({
  name,
  version: 1,
  cost: ({ size, recogniser: { network, training } }) =>
    1e-8 * training.steps * training.batchSize * size ** 2 * network.widths[0],
  async run(context) {
    const { inputs, dependencies, engine } = context;
    await engine();
    const dataset = openDataset(dependencies.dataset);
    await trainRecogniser(inputs.recogniser, dataset, inputs.seed, trainingHooks(context));
  },
  estimate: ({ recogniser, size }) => estimateRecogniser(recogniser, size),
  record: (run, folder) => run.artefact(join(folder, MODEL_FILE), 'recogniser'),
});

/** Trains the frozen recogniser f on the `pretrain` pool. */
export const fTraining = training('train-f');

/** Trains a downstream recogniser on the generated images alone, or on the `train` pool for the ceiling. */
export const recogniserTraining = training('train-recogniser');

/** The recogniser that a finished training stage left in its folder. */
export const trainedRecogniser = (folder: string): Recogniser => loadRecogniser(join(folder, MODEL_FILE));
