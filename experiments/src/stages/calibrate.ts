import { calibrate, calibrationTimes } from '@id3/model';
import { z } from 'zod';
import { CALIBRATION, DATASET, DIFFUSION, RECOGNISER, saveCalibration } from './results.ts';
import { defineStage } from './stage.ts';

const TIMES = 20;
const IMAGES = 320;
const BATCH_SIZE = 32;

/** Looks at a trained denoising network on people it was not trained on: x̂0's error over t, and κ_t fitted. */
export const calibrateStage = defineStage({
  name: 'calibrate',
  version: 1,
  inputs: z.strictObject({ seed: z.int() }),
  needs: { diffusion: DIFFUSION, f: RECOGNISER, dataset: DATASET },
  result: CALIBRATION,
  onEngine: true,
  cost: () => 30,
  async run({ inputs: { seed }, needs: { f, dataset, ...needs }, folder, log, progress }) {
    const model = needs.diffusion(f.embeddingSize);
    const { timesteps } = model.schedule;
    const times = calibrationTimes(timesteps, TIMES);
    const calibration = await calibrate(
      model,
      f,
      dataset,
      { times, count: IMAGES, batchSize: BATCH_SIZE, seed },
      (done) => progress(done, times.length),
    );
    for (const { t, ...numbers } of calibration) log(t, numbers, timesteps);
    saveCalibration(folder, calibration);
  },
});
