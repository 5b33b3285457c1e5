import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rng } from '@id3/core';
import { DatasetWriter, openDataset, type Dataset } from '@id3/data';
import {
  Recogniser,
  UNet,
  frozenNetwork,
  noiseSchedule,
  planImage,
  randomDirections,
  sampleImages,
  trainDiffusion,
  trainRecogniser,
  type DiffusionOptions,
  type FrozenRecogniserOptions,
  type GenerationOptions,
  type RecogniserOptions,
  type TrainingHooks,
} from '@id3/model';
import type { StepEstimate } from '../estimate.ts';

/** Images of noise of the real size, as many as the steps that are timed need. */
function noiseDataset(folder: string, size: number, count: number): Dataset {
  const writer = DatasetWriter.open(folder, {
    kind: 'rendered',
    spec: { noise: count },
    height: size,
    width: size,
    count,
    imagesPerShard: count,
  });
  const rng = new Rng(1, 'estimate');
  const images = Uint8Array.from({ length: count * size * size * 3 }, () => rng.int(256));
  const records = Array.from({ length: count }, (_, i) => ({ label: i % 2, age: 40, yaw: 0 }));
  writer.writeShard(0, { images, records });
  writer.finish();
  return openDataset(folder);
}

/** Runs a training of a few steps in a folder of its own and returns the seconds of one that did not compile. */
async function secondsOfStep(
  size: number,
  images: number,
  train: (dataset: Dataset, hooks: TrainingHooks) => Promise<{ scope: { dispose(): void } }>,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'id3-estimate-'));
  try {
    const times: number[] = [performance.now()];
    const trained = await train(noiseDataset(join(folder, 'noise'), size, images), {
      log: () => void times.push(performance.now()),
      checkpoint: { path: join(folder, 'model'), everySeconds: Infinity },
    });
    trained.scope.dispose();
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

/** Times a training step of the denoising network with the ID-preserving loss. */
export async function estimateDiffusion(
  options: DiffusionOptions,
  f: FrozenRecogniserOptions,
  size: number,
): Promise<StepEstimate> {
  const { steps, batchSize } = options.training;
  const frozen = new Recogniser(frozenNetwork(f), size, 1);
  const few = { ...options, training: { ...options.training, steps: timedSteps(size) } };
  const seconds = await secondsOfStep(size, batchSize, (dataset, hooks) =>
    trainDiffusion(few, dataset, frozen, 1, hooks),
  );
  frozen.scope.dispose();
  return { step: `training step of ${batchSize} images`, seconds, steps };
}

/** The most pixels that a recogniser's step is timed with (64 images of 128×128); larger ones are projected, for memory's sake. */
const MOST_PIXELS = 2 ** 20;

/** Times a training step of a recogniser. */
export async function estimateRecogniser(
  { network, head, training }: RecogniserOptions,
  size: number,
): Promise<StepEstimate> {
  const batchSize = Math.max(2, Math.min(training.batchSize, Math.floor(MOST_PIXELS / size ** 2)));
  const few = { network, head, training: { ...training, batchSize, steps: timedSteps(size) } };
  const seconds = await secondsOfStep(size, batchSize, (dataset, hooks) =>
    trainRecogniser(few, dataset, 1, hooks),
  );
  const projected = batchSize < training.batchSize ? ` (projected from ${batchSize})` : '';
  return {
    step: `training step of ${training.batchSize} images${projected}`,
    seconds: (seconds * training.batchSize) / batchSize,
    steps: training.steps,
  };
}

/** Times a step of the sampler. */
export async function estimateGeneration(
  options: GenerationOptions,
  diffusion: DiffusionOptions,
  f: FrozenRecogniserOptions,
  size: number,
): Promise<StepEstimate> {
  const { batchSize, identities, imagesPerIdentity, sampler } = options;
  const frozen = new Recogniser(frozenNetwork(f), size, 1);
  const unet = new UNet(diffusion.unet, frozen.embeddingSize, 1);
  const model = {
    unet,
    schedule: noiseSchedule(diffusion.schedule, diffusion.timesteps),
    prediction: diffusion.prediction,
    f: frozen,
  };
  const anchor = randomDirections(1, frozen.embeddingSize, new Rng(1, 'estimate'));
  const plans = Array.from({ length: batchSize }, (_, j) => planImage(options, anchor, 0, j, 1));
  const few = { ...options, sampler: { ...sampler, steps: timedSteps(size) } };
  const times: number[] = [];
  await sampleImages(
    model,
    few,
    plans,
    plans.map((_, j) => String(j)),
    size,
    1,
    () => void times.push(performance.now()),
  );
  unet.scope.dispose();
  frozen.scope.dispose();
  const batches = Math.ceil((identities * imagesPerIdentity) / batchSize);
  const kind = sampler.guidance > 0 ? 'guided sampling step' : 'sampling step';
  return {
    step: `${kind} of ${batchSize} images`,
    seconds: shortestStep(times),
    steps: batches * sampler.steps,
  };
}
