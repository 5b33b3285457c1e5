import type { FrozenRecogniser } from '@id3/model';
import type { z } from 'zod';
import type { recogniserSchema } from '../config/sections.ts';
import type { Stage } from './stage.ts';

interface RecogniserInputs extends Record<string, unknown> {
  seed: number;
  size: number;
  recogniser: z.infer<typeof recogniserSchema>;
}

const training = (name: string): Stage<RecogniserInputs, 'dataset'> => ({
  name,
  version: 1,
  cost: ({ size, recogniser: { network, training } }) =>
    2e-9 * training.steps * training.batchSize * size ** 2 * network.width ** 2,
  async run() {
    throw new Error('awaits libs/model/recogniser');
  },
});

/** Trains the frozen recogniser f on the `pretrain` pool. */
export const fTraining = training('train-f');

/** Trains a downstream recogniser on the generated images alone, or on the `train` pool for the ceiling. */
export const recogniserTraining = training('train-recogniser');

/** The trained f of a finished stage's folder. */
export function loadF(_folder: string): FrozenRecogniser {
  throw new Error('awaits libs/model/recogniser');
}
