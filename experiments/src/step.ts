import { diffusionSchema, fSchema, generationSchema, recogniserSchema } from '@id3/model';
import { z } from 'zod';

/** The step that a stage's time consists of. Plain data: it crosses to the process that times it. */
export const stepSchema = z.discriminatedUnion('of', [
  z.strictObject({
    of: z.literal('diffusion-training'),
    diffusion: diffusionSchema,
    f: fSchema,
    size: z.int(),
  }),
  z.strictObject({ of: z.literal('recogniser-training'), recogniser: recogniserSchema, size: z.int() }),
  z.strictObject({
    of: z.literal('sampling'),
    generation: generationSchema,
    diffusion: diffusionSchema,
    f: fSchema,
    size: z.int(),
  }),
]);
export type Step = z.infer<typeof stepSchema>;
