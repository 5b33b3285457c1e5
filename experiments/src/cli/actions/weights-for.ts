import type { RunSettings } from '../../settings.ts';
import { FROM_SCRATCH, committedWeights, type WeightsIndex } from '../../weights.ts';

/** The weights that a command may take instead of training them. */
export const weightsFor = ({ fromScratch }: RunSettings): WeightsIndex =>
  fromScratch ? FROM_SCRATCH : committedWeights();
