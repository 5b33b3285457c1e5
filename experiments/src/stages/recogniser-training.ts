import { join } from 'node:path';
import { openDataset } from '@id3/data';
import {
  loadAnyRecogniser,
  saveRecogniser,
  trainRecogniser,
  whitened,
  type FrozenRecogniserOptions,
  type LoadedRecogniser,
  type RecogniserOptions,
} from '@id3/model';
import type { RunRecord } from '@id3/tracking';
import { recogniserStep } from '../estimate/steps.ts';
import { MODEL_FILE, trainingHooks } from './hooks.ts';
import type { Stage } from './stage.ts';

export interface RecogniserInputs extends Record<string, unknown> {
  seed: number;
  size: number;
  recogniser: RecogniserOptions;
}

const cost = ({ size, recogniser: { network, training } }: RecogniserInputs): number =>
  1e-8 * training.steps * training.batchSize * size ** 2 * network.widths[0];

const record = (run: RunRecord, folder: string): void => run.artefact(join(folder, MODEL_FILE), 'recogniser');

export interface FrozenRecogniserInputs extends RecogniserInputs {
  recogniser: FrozenRecogniserOptions;
}

/** The network as it was trained, before it is whitened. */
const TRAINED_FILE = 'trained.safetensors';

/** Trains the frozen recogniser f on the `pretrain` pool. */
export const fTraining: Stage<FrozenRecogniserInputs, 'dataset'> = {
  name: 'train-f',
  version: 2,
  cost,
  async run(context) {
    const { inputs, dependencies, folder, engine } = context;
    await engine();
    const dataset = openDataset(dependencies.dataset);
    const { whitenedSize, ...options } = inputs.recogniser;
    const trained = await trainRecogniser(
      options,
      dataset,
      inputs.seed,
      trainingHooks(context, TRAINED_FILE),
    );
    const f = whitenedSize === 0 ? trained : await whitened(trained, dataset, whitenedSize);
    await saveRecogniser(join(folder, MODEL_FILE), f, options);
  },
  estimate: ({ recogniser, size }) => recogniserStep(recogniser, size),
  record,
};

/** Trains a downstream recogniser on the generated images alone, or on the `train` pool for the ceiling. */
export const recogniserTraining: Stage<RecogniserInputs, 'dataset'> = {
  name: 'train-recogniser',
  version: 2,
  cost,
  async run(context) {
    const { inputs, dependencies, engine } = context;
    await engine();
    const dataset = openDataset(dependencies.dataset);
    await trainRecogniser(inputs.recogniser, dataset, inputs.seed, trainingHooks(context));
  },
  estimate: ({ recogniser, size }) => recogniserStep(recogniser, size),
  record,
};

/** The recogniser that a finished training stage left in its folder. */
export const trainedRecogniser = (folder: string): LoadedRecogniser =>
  loadAnyRecogniser(join(folder, MODEL_FILE));
