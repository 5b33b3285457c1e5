import { kappaAt, type Calibration, type FrozenRecogniser, type Id3Model } from '@id3/model';
import type { SavedDiffusion } from './results.ts';

/** A trained model as it is sampled from, κ_t with it where it was fitted. */
export const fittedModel = (
  diffusion: SavedDiffusion,
  f: FrozenRecogniser,
  calibration: Calibration | undefined,
): Id3Model => ({
  ...diffusion(f.embeddingSize),
  f,
  fittedKappa: calibration && ((t: number) => kappaAt(calibration, t)),
});
