import { benchmarkNames, benchmarkPools, planBenchmark } from '@id3/eval';
import { z } from 'zod';
import { imageShape } from '../config/sections.ts';
import { SECONDS_PER_IMAGE, renderPart, renderedWriter } from './rendering.ts';
import { DATASET } from './results.ts';
import { defineStage } from './stage.ts';

const MAX_PARTS = 16;

const inputsSchema = z.strictObject({
  seed: z.int(),
  benchmark: z.enum(benchmarkNames),
  pool: z.enum(benchmarkPools),
  ...imageShape,
  pairs: z.int(),
  folds: z.int(),
});

const planOf = ({ benchmark: name, seed, pool, pairs, folds }: z.infer<typeof inputsSchema>) =>
  planBenchmark({ name, seed, pool, pairs, folds });

/** Renders a verification benchmark. */
export const renderBenchmarkStage = defineStage({
  name: 'render-benchmark',
  version: 3,
  inputs: inputsSchema,
  needs: {},
  result: DATASET,
  onEngine: false,
  // Every pair has its images to itself at worst.
  cost: ({ pairs }) => SECONDS_PER_IMAGE * 2 * pairs,
  maxParts: () => MAX_PARTS,
  async run(context) {
    const { images } = planOf(context.inputs);
    const { pool } = context.inputs;
    await renderPart(context, { pool, count: images.length, item: (index) => images[index] });
  },
  async finish(context) {
    const { images, pairs } = planOf(context.inputs);
    renderedWriter(context, images.length).finish({ pairs });
  },
});
