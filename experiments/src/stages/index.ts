import { anchorsStage } from './anchors.ts';
import { calibrateStage } from './calibrate.ts';
import { committedCalibrationStage } from './committed-calibration.ts';
import { committedDiffusionStage } from './committed-diffusion.ts';
import { committedFStage } from './committed-f.ts';
import { embedStage } from './embed.ts';
import { faceApiFStage } from './face-api-f.ts';
import { faceresStage } from './faceres.ts';
import { generateStage } from './generate.ts';
import { lookAtPairsStage } from './look-at-pairs.ts';
import { measureStage } from './measure.ts';
import { mixRealStage } from './mix-real.ts';
import { photoBenchmarkStage } from './photo-benchmark.ts';
import { photoPoolStage } from './photo-pool.ts';
import { renderBenchmarkStage } from './render-benchmark.ts';
import { renderPoolStage } from './render-pool.ts';
import { robustnessStage } from './robustness.ts';
import { sampleGridStage } from './sample-grid.ts';
import { runnable, type StageRegistry } from './task.ts';
import { trainDiffusionStage } from './train-diffusion.ts';
import { trainFStage } from './train-f.ts';
import { trainRecogniserStage } from './train-recogniser.ts';
import { variationStage } from './variation.ts';
import { verifyStage } from './verify.ts';

/** Every stage a worker can run, by name. */
export const STAGES: StageRegistry = Object.fromEntries(
  [
    runnable(renderPoolStage),
    runnable(renderBenchmarkStage),
    runnable(photoPoolStage),
    runnable(photoBenchmarkStage),
    runnable(faceApiFStage),
    runnable(faceresStage),
    runnable(committedFStage),
    runnable(committedDiffusionStage),
    runnable(committedCalibrationStage),
    runnable(trainFStage),
    runnable(trainDiffusionStage),
    runnable(calibrateStage),
    runnable(anchorsStage),
    runnable(variationStage),
    runnable(generateStage),
    runnable(mixRealStage),
    runnable(sampleGridStage),
    runnable(embedStage),
    runnable(measureStage),
    runnable(lookAtPairsStage),
    runnable(trainRecogniserStage),
    runnable(verifyStage),
    runnable(robustnessStage),
  ].map((stage) => [stage.name, stage]),
);
