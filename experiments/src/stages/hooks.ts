import { join } from 'node:path';
import type { TrainingHooks } from '@id3/model';
import type { StageContext } from './stage.ts';

/** The trained network of a training stage; while it is trained, its checkpoint. */
export const MODEL_FILE = 'model.safetensors';

/** What a killed training repeats at most. */
const CHECKPOINT_SECONDS = 20;

/** Lets a training log to its stage and continue from its stage's folder. */
export const trainingHooks = ({ folder, log }: Pick<StageContext, 'folder' | 'log'>): TrainingHooks => ({
  log,
  checkpoint: { path: join(folder, MODEL_FILE), everySeconds: CHECKPOINT_SECONDS },
});
