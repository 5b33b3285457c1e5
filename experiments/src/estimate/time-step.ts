import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rng } from '@id3/core';
import { DatasetWriter, openDataset, type Dataset } from '@id3/data';
import {
  FACE_API_FEATURES,
  FaceApiRecogniser,
  Recogniser,
  UNet,
  frozenNetwork,
  imageSampler,
  noiseSchedule,
  planImage,
  randomDirections,
  scoredSteps,
  trainDiffusion,
  trainRecogniser,
  type FOptions,
  type SamplerOptions,
  type TrainingHooks,
} from '@id3/model';
import type { Step } from '../step.ts';
import { timedBatch } from './about-step.ts';

type ImageShape = Pick<Step, 'size' | 'channels'>;

/** Images of noise of the real size, as many as the steps that are timed need. */
function noiseDataset(folder: string, { size, channels }: ImageShape, count: number): Dataset {
  const writer = DatasetWriter.open(folder, {
    kind: 'rendered',
    spec: { noise: count },
    height: size,
    width: size,
    channels,
    count,
    imagesPerShard: count,
  });
  const rng = new Rng(1, 'estimate');
  const images = Uint8Array.from({ length: count * size * size * (channels ?? 3) }, () => rng.int(256));
  const records = Array.from({ length: count }, (_, i) => ({ label: i % 2, age: 40, yaw: 0 }));
  writer.writeShard(0, { images, records });
  writer.finish();
  return openDataset(folder);
}

/** Runs a training of a few steps in a folder of its own and returns the seconds of one that did not compile. */
async function secondsOfStep(
  shape: ImageShape,
  images: number,
  train: (dataset: Dataset, hooks: TrainingHooks) => Promise<unknown>,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'id3-estimate-'));
  try {
    const times: number[] = [performance.now()];
    await train(noiseDataset(join(folder, 'noise'), shape, images), {
      log: () => void times.push(performance.now()),
      checkpoint: { path: join(folder, 'model'), everySeconds: Infinity },
    });
    return shortestStep(times);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Steps to time: an engine compiles in the first, V8 in the next few, which large images do not notice. */
const timedSteps = (size: number): number => (size > 64 ? 2 : 5);

/** Seconds of the shortest of the steps that end at these times (milliseconds). */
const shortestStep = (times: readonly number[]): number =>
  Math.min(...times.slice(1).map((time, i) => time - times[i])) / 1000;

/** f as sampling and training see it, with made-up weights where they would be trained. */
function frozenRecogniser(
  { source, ...options }: FOptions,
  { size, channels }: ImageShape,
): Recogniser | FaceApiRecogniser {
  if (source === 'trained') {
    const frozen = new Recogniser(frozenNetwork(options), size, 1, channels);
    frozen.scope.freeze();
    return frozen;
  }
  const d = options.whitenedSize;
  if (d === 0) return new FaceApiRecogniser();
  const kernel = new Rng(1, 'estimate', 'f').normals(FACE_API_FEATURES * d);
  return new FaceApiRecogniser({ kernel, bias: new Float32Array(d) });
}

/** A training step of the denoising network with the ID-preserving loss. */
async function diffusionTraining({ diffusion, f, ...shape }: StepOf<'diffusion-training'>): Promise<number> {
  const { training } = diffusion;
  const frozen = frozenRecogniser(f, shape);
  const few = { ...diffusion, training: { ...training, steps: timedSteps(shape.size) } };
  return secondsOfStep(shape, training.batchSize, (dataset, hooks) =>
    trainDiffusion(few, { dataset, f: frozen }, hooks),
  );
}

/** A training step of a recogniser, but for the centres of its classes. */
async function recogniserTraining({ recogniser, ...shape }: StepOf<'recogniser-training'>): Promise<number> {
  const { training } = recogniser;
  const few = { ...recogniser, training: { ...training, steps: timedSteps(shape.size) } };
  return secondsOfStep(shape, training.batchSize, (dataset, hooks) =>
    trainRecogniser(few, dataset, 1, hooks),
  );
}

/** The same step of fewer images. */
function ofImages(step: StepOf<'recogniser-training'>, batchSize: number): typeof step {
  const { recogniser } = step;
  return { ...step, recogniser: { ...recogniser, training: { ...recogniser.training, batchSize } } };
}

/** A step of the sampler for a batch of images. */
async function sampling({ generation, diffusion, f, ...shape }: StepOf<'sampling'>): Promise<number> {
  const { batchSize, sampler } = generation;
  const frozen = frozenRecogniser(f, shape);
  const unet = new UNet(diffusion.unet, frozen.embeddingSize, 1, shape.channels);
  unet.scope.freeze();
  const schedule = noiseSchedule(diffusion.schedule, diffusion.timesteps);
  const model = { unet, schedule, prediction: diffusion.prediction, f: frozen, fittedKappa: () => 1 };
  const anchor = randomDirections(1, frozen.embeddingSize, new Rng(1, 'estimate'));
  const plans = Array.from({ length: batchSize }, (_, j) => planImage(generation, { anchor, i: 0, j }));
  const names = plans.map((_, j) => String(j));
  const few = { ...sampler, steps: timedSteps(shape.size) };
  const times: number[] = [];
  await imageSampler(model, few, shape.size, 1)(plans, names, () => void times.push(performance.now()));
  return shortestStep(times);
}

type StepOf<Kind extends Step['of']> = Extract<Step, { of: Kind }>;

/**
 * The kinds of step that a stage has, each a share of all: of a sampling those that the score moves, and those that it does not.
 */
export function kindsOf(step: Step): { share: number; step: Step }[] {
  if (step.of !== 'sampling') return [{ share: 1, step }];
  const { generation, diffusion } = step;
  const { sampler } = generation;
  const scored = scoredSteps(sampler, diffusion.timesteps) / sampler.steps;
  const sampledBy = (changes: Partial<SamplerOptions>): Step => ({
    ...step,
    generation: { ...generation, sampler: { ...sampler, ...changes } },
  });
  return [
    { share: scored, step: sampledBy({ scoreBelow: undefined }) },
    { share: 1 - scored, step: sampledBy({ guidance: 0 }) },
  ].filter(({ share }) => share > 0);
}

/** The seconds of a stage's mean step; of a recogniser's with many pixels, as projected from fewer images. */
export async function timeStep(step: Step): Promise<number> {
  if (step.of === 'recogniser-training') {
    const { batchSize } = step.recogniser.training;
    const timed = timedBatch(batchSize, step.size);
    return ((await takeSteps(ofImages(step, timed))) * batchSize) / timed;
  }
  let seconds = 0;
  for (const kind of kindsOf(step)) seconds += kind.share * (await takeSteps(kind.step));
  return seconds;
}

/** Takes real steps of one kind with made-up data and weights, of the real sizes; gives the seconds of one that did not compile. */
export function takeSteps(step: Step): Promise<number> {
  switch (step.of) {
    case 'diffusion-training':
      return diffusionTraining(step);
    case 'recogniser-training':
      return recogniserTraining(step);
    case 'sampling':
      return sampling(step);
  }
}
