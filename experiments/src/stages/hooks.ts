import { join } from 'node:path';
import type { TrainingHooks } from '@id3/model';
import type { StageContext } from './stage.ts';

/** The trained network of a training stage; while it is trained, its checkpoint. */
export const MODEL_FILE = 'model.safetensors';

/** Lets a training log to its stage and continue from its stage's folder. */
export const trainingHooks = (
  { folder, log, checkpointSeconds }: Pick<StageContext, 'folder' | 'log' | 'checkpointSeconds'>,
  file = MODEL_FILE,
): TrainingHooks => ({
  log,
  checkpoint: { path: join(folder, file), everySeconds: checkpointSeconds },
});
