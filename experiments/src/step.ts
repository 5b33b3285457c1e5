import { diffusionSchema, fSchema, generationSchema, recogniserSchema } from '@id3/model';
import { z } from 'zod';
import { imageShape } from './config/sections.ts';

/** The step that a stage's time consists of. Plain data: it crosses to the process that times it. */
export const stepSchema = z.discriminatedUnion('of', [
  z.strictObject({
    of: z.literal('diffusion-training'),
    diffusion: diffusionSchema,
    f: fSchema,
    ...imageShape,
  }),
  z.strictObject({ of: z.literal('recogniser-training'), recogniser: recogniserSchema, ...imageShape }),
  z.strictObject({
    of: z.literal('sampling'),
    generation: generationSchema,
    diffusion: diffusionSchema,
    f: fSchema,
    ...imageShape,
  }),
]);
export type Step = z.infer<typeof stepSchema>;
