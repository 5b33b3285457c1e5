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
  trainDiffusion,
  trainRecogniser,
  type DiffusionOptions,
  type GenerationOptions,
  type RecogniserOptions,
  type TrainingHooks,
} from '@id3/model';
import type { FaceApiInputs } from '../stages/face-api-f.ts';
import type { FrozenRecogniserInputs } from '../stages/recogniser-training.ts';
import type { StepEstimate } from './messages.ts';

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
  train: (dataset: Dataset, hooks: TrainingHooks) => Promise<unknown>,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'id3-estimate-'));
  try {
    const times: number[] = [performance.now()];
    await train(noiseDataset(join(folder, 'noise'), size, images), {
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

/** The inputs of either stage that makes f. */
export type FInputs = Pick<FrozenRecogniserInputs, 'recogniser'> | FaceApiInputs;

/** What of f decides the time of a step. */
const networkOf = (f: FInputs) =>
  'recogniser' in f ? frozenNetwork((f as FrozenRecogniserInputs).recogniser) : { ...f };

/** f as sampling and training see it, with made-up weights where they would be trained. */
function frozenRecogniser(f: FInputs, size: number): Recogniser | FaceApiRecogniser {
  if ('recogniser' in f) {
    const frozen = new Recogniser(frozenNetwork((f as FrozenRecogniserInputs).recogniser), size, 1);
    frozen.scope.freeze();
    return frozen;
  }
  const d = (f as FaceApiInputs).whitenedSize;
  if (d === 0) return new FaceApiRecogniser();
  const kernel = new Rng(1, 'estimate', 'f').normals(FACE_API_FEATURES * d);
  return new FaceApiRecogniser({ kernel, bias: new Float32Array(d) });
}

/** A training step of the denoising network with the ID-preserving loss. */
export function diffusionStep(options: DiffusionOptions, f: FInputs, size: number): StepEstimate {
  const { unet, prediction, training } = options;
  const { steps, batchSize, idLossWeight } = training;
  const withF = idLossWeight > 0;
  return {
    step: `training step of ${batchSize} images${withF ? '' : ' without ID loss'}`,
    steps,
    kind: { unet: { ...unet, attributes: [1, 1] }, prediction, batchSize, withF, f: networkOf(f), size },
    async seconds() {
      const frozen = frozenRecogniser(f, size);
      const few = { ...options, training: { ...training, steps: timedSteps(size) } };
      return secondsOfStep(size, batchSize, (dataset, hooks) =>
        trainDiffusion(few, dataset, frozen, 1, hooks),
      );
    },
  };
}

/** The most pixels that a recogniser's step is timed with (16 images of 128×128); larger ones are projected, for memory's sake. */
const MOST_PIXELS = 2 ** 18;

/** A training step of a recogniser, but for the centres of its classes. */
export function recogniserStep({ network, head, training }: RecogniserOptions, size: number): StepEstimate {
  const batchSize = Math.max(2, Math.min(training.batchSize, Math.floor(MOST_PIXELS / size ** 2)));
  const projected = batchSize < training.batchSize ? ` (projected from ${batchSize})` : '';
  return {
    step: `training step of ${training.batchSize} images${projected}`,
    steps: training.steps,
    kind: { network, head: head.kind, batchSize: training.batchSize, size },
    async seconds() {
      const few = { network, head, training: { ...training, batchSize, steps: timedSteps(size) } };
      const seconds = await secondsOfStep(size, batchSize, (dataset, hooks) =>
        trainRecogniser(few, dataset, 1, hooks),
      );
      return (seconds * training.batchSize) / batchSize;
    },
  };
}

/** A step of the sampler for a batch of images. */
export function samplingStep(
  options: GenerationOptions,
  diffusion: DiffusionOptions,
  f: FInputs,
  size: number,
): StepEstimate {
  const { batchSize, identities, imagesPerIdentity, sampler } = options;
  const { unet, prediction } = diffusion;
  const guided = sampler.guidance > 0;
  const score = guided ? sampler.gradient : undefined;
  return {
    step: `${guided ? 'guided ' : ''}sampling step of ${batchSize} images`,
    steps: Math.ceil((identities * imagesPerIdentity) / batchSize) * sampler.steps,
    kind: { unet: { ...unet, attributes: [1, 1] }, prediction, batchSize, score, f: networkOf(f), size },
    async seconds() {
      const frozen = frozenRecogniser(f, size);
      const network = new UNet(unet, frozen.embeddingSize, 1);
      network.scope.freeze();
      const schedule = noiseSchedule(diffusion.schedule, diffusion.timesteps);
      const model = { unet: network, schedule, prediction, f: frozen };
      const anchor = randomDirections(1, frozen.embeddingSize, new Rng(1, 'estimate'));
      const plans = Array.from({ length: batchSize }, (_, j) => planImage(options, anchor, 0, j, 1));
      const names = plans.map((_, j) => String(j));
      const few = { ...sampler, steps: timedSteps(size) };
      const times: number[] = [];
      await imageSampler(model, few, size, 1)(plans, names, () => void times.push(performance.now()));
      return shortestStep(times);
    },
  };
}
