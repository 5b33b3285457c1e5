import { committedWeightsStage } from './committed-weights.ts';
import { RECOGNISER } from './results.ts';

/** Takes the committed f instead of training it. */
export const committedFStage = committedWeightsStage('committed-f', RECOGNISER);
