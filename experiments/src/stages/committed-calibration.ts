import { committedInputs, copyCommitted } from './committed-weights.ts';
import { CALIBRATION, calibrationFile, readCalibration } from './results.ts';
import { defineStage } from './stage.ts';

/** Takes what was fitted to a committed denoising network instead of looking at it again. */
export const committedCalibrationStage = defineStage({
  name: 'committed-calibration',
  version: 1,
  inputs: committedInputs,
  needs: {},
  result: CALIBRATION,
  onEngine: false,
  cost: () => 0.1,
  async run({ inputs: { weights }, folder, log }) {
    const path = calibrationFile(folder);
    copyCommitted(weights, path);
    const calibration = readCalibration(path);
    const last = calibration.at(-1)!.t;
    for (const { t, ...numbers } of calibration) log(t, numbers, last);
  },
});
