import { sum } from '@id3/core';
import { DatasetWriter } from '@id3/data';
import { generateShard, generationSchema, imageSampler } from '@id3/model';
import { z } from 'zod';
import { ANCHORS, DATASET, DIFFUSION, RECOGNISER } from './results.ts';
import { defineStage } from './stage.ts';

const inputsSchema = z.strictObject({ seed: z.int(), size: z.int(), generation: generationSchema });
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
    count: imagesOf(inputs),
    imagesPerShard: imagesPerShard(inputs),
    embeddingSize: anchors.length / inputs.generation.identities,
  });
}

/** Algorithm 3: samples the synthetic dataset, shard by shard. */
export const generateStage = defineStage({
  name: 'generate',
  version: 2,
  inputs: inputsSchema,
  needs: { diffusion: DIFFUSION, f: RECOGNISER, anchors: ANCHORS },
  result: DATASET,
  onEngine: true,
  cost: ({ generation, size }) =>
    2e-6 *
    generation.identities *
    generation.imagesPerIdentity *
    generation.sampler.steps *
    (generation.sampler.guidance > 0 ? 3 : 1) *
    size ** 2,
  maxParts: (inputs) => Math.ceil(imagesOf(inputs) / imagesPerShard(inputs)),
  async run({ inputs, needs, folder, part, parts, progress }) {
    const { f, anchors } = needs;
    const { generation, size, seed } = inputs;
    const model = { ...needs.diffusion(f.embeddingSize), f };
    const sampleImages = imageSampler(model, generation.sampler, size, seed);
    const writer = writerOf(inputs, folder, anchors);
    const shards = Array.from({ length: writer.shards }, (_, k) => k).filter((k) => k % parts === part);
    const sizeOf = (k: number) => writer.shardRange(k)[1] - writer.shardRange(k)[0];
    const total = sum(shards.map(sizeOf));
    let done = 0;
    const count = (images: number) => progress((done += images), total);
    const shared = { options: generation, anchors, seed, onImages: count };
    for (const k of shards) {
      if (writer.hasShard(k)) count(sizeOf(k));
      else await generateShard(sampleImages, writer, k, shared);
    }
  },
  async finish({ inputs, needs, folder }) {
    writerOf(inputs, folder, needs.anchors).finish();
  },
});
