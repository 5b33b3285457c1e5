import { mean, sum } from '@id3/core';
import { DatasetWriter } from '@id3/data';
import { generateShard, generationSchema, imageSampler, scoredSteps, type StepReport } from '@id3/model';
import { z } from 'zod';
import { imageShape } from '../config/sections.ts';
import { fittedModel } from './fitted-model.ts';
import { ANCHORS, CALIBRATION, DATASET, DIFFUSION, RECOGNISER, VARIATION } from './results.ts';
import { defineStage, optional, type StageHost } from './stage.ts';

const inputsSchema = z.strictObject({ ...imageShape, generation: generationSchema });
type Inputs = z.infer<typeof inputsSchema>;

/** A shard is what a killed generation repeats at most; files are kept to some thousands. */
const MAX_SHARDS = 2000;

const imagesOf = ({ generation }: Inputs): number => generation.identities * generation.imagesPerIdentity;

/** Whole batches, so that an engine sees one shape. */
function imagesPerShard(inputs: Inputs): number {
  const { batchSize } = inputs.generation;
  return batchSize * Math.ceil(imagesOf(inputs) / batchSize / MAX_SHARDS);
}

/** @param anchors [N,d] */
function writerOf(inputs: Inputs, folder: string, anchors: Float32Array): DatasetWriter {
  return DatasetWriter.open(folder, {
    kind: 'generated',
    spec: z.json().parse(inputs),
    height: inputs.size,
    width: inputs.size,
    channels: inputs.channels,
    count: imagesOf(inputs),
    imagesPerShard: imagesPerShard(inputs),
    embeddingSize: anchors.length / inputs.generation.identities,
  });
}

/** Below this share of the noise the reversed likelihood score moves less than a pixel's rounding. */
const IDLE_SCORE = 1e-3;

/** Logs the mean share of the score by the time of the step, and says so where it does nothing. */
function reportScore(reports: readonly StepReport[], { log, warn }: StageHost, timesteps: number): void {
  const times = [...new Set(reports.map(({ t }) => t))];
  const shares = times.map((t) =>
    mean(reports.filter((report) => report.t === t).map((one) => one.scoreShare)),
  );
  times.forEach((t, k) => log(t, { scoreShare: shares[k] }, timesteps));
  const largest = Math.max(...shares);
  if (largest < IDLE_SCORE)
    warn(
      `the reversed likelihood score does nothing here: it moves the noise by ${largest.toExponential(1)} of it at most; ` +
        'raise generation.sampler.guidance, or take generation.sampler.kappa=fitted.',
    );
}

/** Of how many times a schedule has hardly changes which share of a sampler's steps the score moves. */
const SOME_TIMESTEPS = 1000;

/** Seconds that sampling so many images roughly takes; a step that the score moves takes 2.8 times as long. */
export function samplingCost(images: number, { size, generation: { sampler } }: Inputs): number {
  const passes = sampler.steps + 1.8 * scoredSteps(sampler, SOME_TIMESTEPS);
  return 2.6e-6 * images * passes * size ** 2;
}

/** Algorithm 3: samples the synthetic dataset, shard by shard. */
export const generateStage = defineStage({
  name: 'generate',
  version: 3,
  inputs: inputsSchema,
  needs: {
    diffusion: DIFFUSION,
    f: RECOGNISER,
    anchors: ANCHORS,
    calibration: optional(CALIBRATION),
    /** The images whose styles are drawn, where the network is told styles. */
    styles: optional(DATASET),
    variation: optional(VARIATION),
  },
  result: DATASET,
  onEngine: true,
  cost: (inputs) => samplingCost(imagesOf(inputs), inputs),
  maxParts: (inputs) => Math.ceil(imagesOf(inputs) / imagesPerShard(inputs)),
  async run({ inputs, needs, folder, part, parts, ...host }) {
    const { f, anchors, styles } = needs;
    const { generation, size } = inputs;
    const model = fittedModel(needs.diffusion, f, needs.calibration);
    const sampleImages = imageSampler(model, generation.sampler, size, generation.seed);
    const writer = writerOf(inputs, folder, anchors);
    const shards = Array.from({ length: writer.shards }, (_, k) => k).filter((k) => k % parts === part);
    const sizeOf = (k: number) => writer.shardRange(k)[1] - writer.shardRange(k)[0];
    const total = sum(shards.map(sizeOf));
    let done = 0;
    const count = (images: number) => host.progress((done += images), total);
    const reports: StepReport[] = [];
    const shared = {
      options: generation,
      anchors,
      styles,
      factor: needs.variation,
      onImages: count,
      onStep: (_step: number, report: StepReport) => void reports.push(report),
    };
    for (const k of shards) {
      if (writer.hasShard(k)) count(sizeOf(k));
      else await generateShard(sampleImages, writer, k, shared);
    }
    // The parts are alike: one tells.
    if (part === 0 && reports.length > 0 && generation.sampler.guidance > 0)
      reportScore(reports, host, model.schedule.timesteps);
  },
  async finish({ inputs, needs, folder }) {
    writerOf(inputs, folder, needs.anchors).finish();
  },
});
