import { diffusionSchema, fSchema, generationSchema, recogniserSchema } from '@id3/model';
import { ENGINES } from '@id3/engine/names';
import { z } from 'zod';
import { benchmarksSchema, dataSchema, imageSchema } from './sections.ts';

/** Everything that decides the result of an experiment. A field has one name from here to the chart's axis. */
export const configSchema = z
  .strictObject({
    /** Seed of people, pictures, benchmarks and f. */
    seed: z.int().min(0),
    /** Compute engine; `auto` takes the best there is. No result's key depends on it. */
    engine: z.enum(['auto', ...ENGINES]),
    image: imageSchema,
    data: dataSchema,
    benchmarks: benchmarksSchema,
    /** The frozen recogniser f. */
    f: fSchema,
    /** A second recogniser, which judges generated images beside f and takes no part in making them. */
    judge: recogniserSchema.extend({
      seed: z.int().min(0),
      /** `trained` (if left out) by the fields beside it on rendered people, or `faceres`, a network of photos that is there already. */
      source: z.enum(['trained', 'faceres']).optional(),
    }),
    diffusion: diffusionSchema,
    generation: generationSchema,
    /** The recogniser trained on the generated images alone. */
    recogniser: recogniserSchema,
    downstream: z.strictObject({
      /** What the recogniser is trained on: the generated images, or the `train` pool itself (the ceiling). */
      dataset: z.enum(['generated', 'train']),
      /** Share of its people that are of the `train` pool instead of generated, as many in all. */
      realShare: z.number().min(0).max(1),
      /** Trainings of the diffusion model: with `diffusion.seed` and the seeds after it. */
      generators: z.int().min(1),
      /** Datasets sampled from each: with `generation.seed` and the seeds after it. */
      datasets: z.int().min(1),
      /** On every dataset one recogniser is trained with each seed. */
      seeds: z.array(z.int().min(0)).min(1),
    }),
  })
  .refine(({ diffusion, generation }) => generation.sampler.steps <= diffusion.timesteps, {
    path: ['generation', 'sampler', 'steps'],
    message: 'expected at most diffusion.timesteps',
  })
  .refine(({ f, data }) => f.whitenedSize < data.pretrain.people, {
    path: ['f', 'whitenedSize'],
    message: 'expected fewer than data.pretrain.people',
  })
  .refine(({ diffusion: { unet }, image }) => image.size % sizeUnit(unet) === 0, {
    path: ['image', 'size'],
    message:
      'expected a multiple of diffusion.unet.patchSize · 2^(levels of diffusion.unet.channelMultipliers - 1)',
  });

export type Config = z.infer<typeof configSchema>;

/** Whether the judge can say anything of the training people: one that was trained on rendered faces cannot of photos. */
export const isJudged = ({ data, judge }: Config): boolean =>
  data.trainFolder === '' || judge.source === 'faceres';

const sizeUnit = (unet: { patchSize: number; channelMultipliers: number[] }): number =>
  unet.patchSize * 2 ** (unet.channelMultipliers.length - 1);
