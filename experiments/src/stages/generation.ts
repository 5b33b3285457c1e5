import { join } from 'node:path';
import { DatasetWriter, MANIFEST_FILE, type Manifest } from '@id3/data';
import { generateShard, imageSampler, loadDiffusion, type GenerationOptions } from '@id3/model';
import { readAnchors } from './anchor-placement.ts';
import type { DiffusionInputs } from './diffusion-training.ts';
import { samplingStep, type FInputs } from '../estimate/steps.ts';
import { MODEL_FILE } from './hooks.ts';
import { trainedRecogniser } from './recogniser-training.ts';
import type { Stage, StageContext } from './stage.ts';

interface GenerationInputs extends Record<string, unknown> {
  seed: number;
  size: number;
  generation: GenerationOptions;
}

/** A shard is what a killed generation repeats at most; files are kept to some thousands. */
const MOST_SHARDS = 2000;

const imagesOf = ({ generation }: GenerationInputs) => generation.identities * generation.imagesPerIdentity;

/** Whole batches, so that an engine sees one shape. */
function imagesPerShard(inputs: GenerationInputs): number {
  const { batchSize } = inputs.generation;
  return batchSize * Math.ceil(imagesOf(inputs) / batchSize / MOST_SHARDS);
}

function writerOf({ inputs, folder }: Pick<StageContext<GenerationInputs>, 'inputs' | 'folder'>, d: number) {
  return DatasetWriter.open(folder, {
    kind: 'generated',
    spec: inputs as Manifest['spec'],
    height: inputs.size,
    width: inputs.size,
    count: imagesOf(inputs),
    imagesPerShard: imagesPerShard(inputs),
    embeddingSize: d,
  });
}

/** Algorithm 3: samples the synthetic dataset, shard by shard. */
export const generation: Stage<GenerationInputs, 'diffusion' | 'f' | 'anchors'> = {
  name: 'generate',
  version: 2,
  cost: ({ generation, size }) =>
    2e-6 *
    generation.identities *
    generation.imagesPerIdentity *
    generation.sampler.steps *
    (generation.sampler.guidance > 0 ? 3 : 1) *
    size ** 2,
  maxParts: (inputs) => Math.ceil(imagesOf(inputs) / imagesPerShard(inputs)),
  async run(context) {
    const { inputs, dependencies, part, parts, progress, engine } = context;
    await engine();
    const f = trainedRecogniser(dependencies.f);
    const model = { ...loadDiffusion(join(dependencies.diffusion, MODEL_FILE), f.embeddingSize), f };
    const sampleImages = imageSampler(model, inputs.generation.sampler, inputs.size, inputs.seed);
    const anchors = readAnchors(dependencies.anchors);
    const writer = writerOf(context, f.embeddingSize);
    const shards = Array.from({ length: writer.shards }, (_, k) => k).filter((k) => k % parts === part);
    const sizeOf = (k: number) => writer.shardRange(k)[1] - writer.shardRange(k)[0];
    const total = shards.reduce((sum, k) => sum + sizeOf(k), 0);
    let done = 0;
    const count = (images: number) => progress((done += images), total);
    for (const k of shards) {
      if (writer.hasShard(k)) count(sizeOf(k));
      else await generateShard(sampleImages, inputs.generation, anchors, writer, k, inputs.seed, count);
    }
  },
  async finish(context) {
    const anchors = readAnchors(context.dependencies.anchors);
    writerOf(context, anchors.length / context.inputs.generation.identities).finish();
  },
  estimate: ({ generation, size }, { diffusion, f }) =>
    samplingStep(generation, (diffusion as DiffusionInputs).diffusion, f as FInputs, size),
  record: (run, folder) => run.artefact(join(folder, MANIFEST_FILE), 'dataset'),
};
