import type { TrainingHooks } from '@id3/model';
import type { StageHost } from './stage.ts';

/** Lets a training log to its stage and continue from the checkpoint at `path`. */
export const trainingHooks = (
  { log, checkpointSeconds }: Pick<StageHost, 'log' | 'checkpointSeconds'>,
  path: string,
): TrainingHooks => ({ log, checkpoint: { path, everySeconds: checkpointSeconds } });
