import { committedWeightsStage } from './committed-weights.ts';
import { DIFFUSION } from './results.ts';

/** Takes a committed denoising network instead of training it. */
export const committedDiffusionStage = committedWeightsStage('committed-diffusion', DIFFUSION);
