import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { Rng, mean } from '@id3/core';
import { imagesToFloat, type Dataset } from '@id3/data';
import { compileStep } from '@id3/engine';
import { ownAttributes } from './conditioning.ts';
import { addNoise, readX0, timeTensors, type TimeTensors } from './equations.ts';
import type { DiffusionModel, FrozenRecogniser } from './train.ts';
import { fitKappa } from './von-mises-fisher.ts';

/** What a diffusion model knows at one time t. */
const pointSchema = z.strictObject({
  t: z.int(),
  /** Root mean square over pixels, in grey levels (0 to 255), of x̂0 - x0, and of what there is without a network: x_t - x0. */
  x0Error: z.number(),
  xtError: z.number(),
  /** Mean of yᵀf(x̂0). */
  cosine: z.number(),
  /** κ_t of greatest likelihood in log p(y|x_t) = κ_t yᵀf(x̂0(x_t)) + log C_d(κ_t). */
  kappa: z.number(),
});

/** By rising t. */
export const calibrationSchema = z.array(pointSchema).min(1);
export type Calibration = z.infer<typeof calibrationSchema>;

/** `count` times between 1 and T, both among them, denser towards t = 1. */
export const calibrationTimes = (timesteps: number, count: number): number[] => [
  ...new Set(
    Array.from({ length: count }, (_, i) => Math.round(1 + (timesteps - 1) * (i / (count - 1)) ** 1.5)),
  ),
];

const GREY_LEVELS = 127.5;

/**
 * Measures a trained model on images of people it was not trained on, y and s shown: at each time every image is noised once.
 *
 * @param count how many of the dataset's images are used, spread over it; whole batches
 */
export async function calibrate(
  { unet, schedule, prediction }: DiffusionModel,
  f: FrozenRecogniser,
  dataset: Dataset,
  {
    times,
    count: most,
    batchSize,
    seed,
  }: { times: readonly number[]; count: number; batchSize: number; seed: number },
  onTime?: (done: number) => void,
): Promise<Calibration> {
  const { height, width, channels } = dataset;
  const count = Math.min(most, dataset.count);
  const step = compileStep(({ x0, noise, s, ...time }: StepInputs) => {
    const xt = addNoise(x0, noise, time);
    const y = f.embedUnit(x0);
    const predicted = readX0((input, t) => unet.forward(input, t, y, s), xt, time);
    const error = (image: tf.Tensor4D) => tf.squaredDifference(image, x0).mean([1, 2, 3]);
    return { measured: tf.stack([error(predicted), error(xt), f.embedUnit(predicted).mul(y).sum(1)]) };
  });
  const points: Calibration = [];
  for (const t of times) {
    const rows: number[][] = [[], [], []];
    for (let from = 0; from < count; from += batchSize) {
      // The last batch begins earlier, so that an engine sees one shape.
      const start = Math.max(0, Math.min(from, count - batchSize));
      const indices = Array.from({ length: Math.min(batchSize, count) }, (_, b) =>
        Math.floor(((start + b) * dataset.count) / count),
      );
      const shape: [number, number, number, number] = [indices.length, height, width, channels];
      const images = imagesToFloat(dataset, indices);
      const records = indices.map((index) => dataset.record(index));
      const inputs = {
        x0: tf.tensor4d(images, shape),
        noise: tf.tensor4d(new Rng(seed, 'calibration', t, from).normals(images.length), shape),
        s: ownAttributes(
          unet.options.attributes,
          {
            images,
            age: Float32Array.from(records, ({ age }) => age ?? 0),
            yaw: Float32Array.from(records, ({ yaw }) => yaw ?? 0),
          },
          [height, width],
        ),
        ...timeTensors(schedule, prediction, new Int32Array(indices.length).fill(t)),
      };
      const { measured } = step(inputs);
      const values = (await measured.array()) as number[][];
      tf.dispose([inputs, measured]);
      values.forEach((row, k) => rows[k].push(...row));
    }
    const [squared, squaredXt, cosines] = rows.map(mean);
    points.push({
      t,
      x0Error: GREY_LEVELS * Math.sqrt(squared),
      xtError: GREY_LEVELS * Math.sqrt(squaredXt),
      cosine: cosines,
      kappa: fitKappa(cosines, f.embeddingSize),
    });
    onTime?.(points.length);
  }
  return points;
}

type StepInputs = TimeTensors & { x0: tf.Tensor4D; noise: tf.Tensor4D; s: tf.Tensor2D };

/** κ_t between the times of a calibration, on straight lines; beyond them that of the nearest. */
export function kappaAt(calibration: Calibration, t: number): number {
  const after = calibration.findIndex((point) => point.t >= t);
  if (after === 0) return calibration[0].kappa;
  if (after < 0) return calibration[calibration.length - 1].kappa;
  const [a, b] = [calibration[after - 1], calibration[after]];
  return a.kappa + ((t - a.t) / (b.t - a.t)) * (b.kappa - a.kappa);
}
