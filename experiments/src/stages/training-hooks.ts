import type { TrainingHooks } from '@id3/model';
import type { StageHost } from './stage.ts';

/** Lets a training log to its stage and continue from the checkpoint at `path`. */
export const trainingHooks = (
  { log, checkpointSeconds, signal }: Pick<StageHost, 'log' | 'checkpointSeconds' | 'signal'>,
  path: string,
): TrainingHooks => ({ log, signal, checkpoint: { path, everySeconds: checkpointSeconds } });
