import { priorSchema } from '@id3/data';
import { benchmarkNames, benchmarkPools } from '@id3/eval';
import { z } from 'zod';

export const imageSchema = z.strictObject({
  /** Side of the square images, in pixels; the recognisers halve it four times. */
  size: z.int().min(16).max(112).multipleOf(16),
  /**
   * 3 (if left out): RGB. 1: every image of the experiment, rendered, generated or a photo, is the grey level of its colours, and all
   * networks take and give one channel.
   */
  channels: z.literal([1, 3]).optional(),
});

/** What the inputs of a stage say of its images. Of RGB they say nothing, so keys are those from before there was grey. */
export const imageShape = { size: z.int(), channels: z.literal(1).optional() };

/** The {@link imageShape} of a config's images. */
export const shapeOf = ({
  size,
  channels,
}: z.infer<typeof imageSchema>): { size: number; channels?: 1 | undefined } => ({
  size,
  ...(channels === 1 && { channels }),
});

const poolSchema = z.strictObject({
  people: z.int().min(2),
  shotsPerPerson: z.int().min(1),
});

export const dataSchema = z.strictObject({
  /** The people f is trained on. */
  pretrain: poolSchema,
  /** The people the diffusion model is trained on. */
  train: poolSchema,
  /** People on whom the trained diffusion model is looked at. */
  validation: poolSchema,
  /** The people the judge is trained on. */
  judge: poolSchema,
  /**
   * Folder of a dataset with ages and yaws, such as aligned photos with `tools:attributes`, that takes the place of the rendered
   * `train` pool; empty: rendered.
   */
  trainFolder: z.string().meta({ path: true }),
  /** What becomes of people of `trainFolder` who are in a benchmark of `benchmarks.folders` too: `exclude` (if left out) or `keep` them in training. */
  overlap: z.enum(['exclude', 'keep']).optional(),
  /** What the pictures of both are drawn from. */
  prior: priorSchema,
});

export const benchmarksSchema = z
  .strictObject({
    names: z.array(z.enum(benchmarkNames)),
    /** Whose people they hold: choices are made on `validation`, tables are of `test`. */
    people: z.enum(benchmarkPools),
    /** Folders of imported or aligned datasets with pairs: columns beside those of `names`, which may be none. */
    folders: z.array(z.string().meta({ path: true })).optional(),
    /** The benchmark on which f (and the judge) choose from which cosine on two faces are one, by the name of its column; the first, if left out. */
    threshold: z.string().optional(),
    /** Whether lists that repeat pairs, or pair a photo with its copy, are judged without these too, in a column of its own; not, if left out. */
    distinct: z.boolean().optional(),
    /** Pairs of each rendered benchmark, half of them of one person. */
    pairs: z.int().min(4),
    folds: z.int().min(2),
  })
  .refine(({ names, folders = [] }) => names.length + folders.length > 0, {
    path: ['names'],
    message: 'expected a name, or a folder in benchmarks.folders',
  })
  .refine(({ pairs, folds }) => pairs % (2 * folds) === 0, {
    path: ['pairs'],
    message: 'expected a multiple of 2 · benchmarks.folds',
  });
