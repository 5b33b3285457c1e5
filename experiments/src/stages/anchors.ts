import { anchors, generationSchema } from '@id3/model';
import { z } from 'zod';
import { ANCHORS, saveAnchors } from './results.ts';
import { defineStage } from './stage.ts';

/** Algorithm 3, step 1: places the identities on the sphere. */
export const anchorsStage = defineStage({
  name: 'anchors',
  version: 1,
  inputs: z.strictObject({
    seed: z.int(),
    kind: generationSchema.shape.anchors,
    identities: z.int(),
    /** d */
    embeddingSize: z.int(),
  }),
  needs: {},
  result: ANCHORS,
  onEngine: true,
  cost: ({ kind, identities, embeddingSize }) =>
    kind === 'spread' ? 3e-8 * identities ** 2 * embeddingSize : 0,
  async run({ inputs, folder }) {
    const { kind, identities, embeddingSize: d, seed } = inputs;
    saveAnchors(folder, await anchors(kind, { count: identities, d, seed }), d, inputs);
  },
});
