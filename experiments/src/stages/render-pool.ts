import { poolItem, priorSchema } from '@id3/data';
import { z } from 'zod';
import { imageShape } from '../config/sections.ts';
import { SECONDS_PER_IMAGE, renderPart, renderedWriter, shardsOf } from './rendering.ts';
import { DATASET } from './results.ts';
import { defineStage } from './stage.ts';

const countOf = ({ people, shotsPerPerson }: { people: number; shotsPerPerson: number }): number =>
  people * shotsPerPerson;

/** Renders the people of a pool. */
export const renderPoolStage = defineStage({
  name: 'render-pool',
  version: 1,
  inputs: z.strictObject({
    seed: z.int(),
    pool: z.enum(['pretrain', 'train', 'validation', 'judge']),
    ...imageShape,
    people: z.int(),
    shotsPerPerson: z.int(),
    prior: priorSchema,
  }),
  needs: {},
  result: DATASET,
  onEngine: false,
  cost: (inputs) => SECONDS_PER_IMAGE * countOf(inputs),
  maxParts: (inputs) => shardsOf(countOf(inputs)),
  async run(context) {
    const { inputs } = context;
    const { pool, shotsPerPerson } = inputs;
    const item = (index: number) =>
      poolItem(inputs, Math.floor(index / shotsPerPerson), index % shotsPerPerson);
    await renderPart(context, { pool, count: countOf(inputs), item });
  },
  finish: async (context) => renderedWriter(context, countOf(context.inputs)).finish(),
});
