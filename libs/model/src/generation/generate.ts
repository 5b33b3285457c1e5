import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { Rng, UserError } from '@id3/core';
import { imagesToFloat, type Dataset, type DatasetWriter, type FaceRecord } from '@id3/data';
import { classifierFree, type WeighedCondition } from '../diffusion/classifier-free.ts';
import { attributeTensor, type Asked } from '../diffusion/conditioning.ts';
import { readX0 } from '../diffusion/equations.ts';
import { samplerSchema, type SamplerOptions } from '../diffusion/sampler-options.ts';
import { makeSampler, type CompiledSteps, type StepListener, type StepReport } from '../diffusion/sampler.ts';
import { styleOf } from '../diffusion/style.ts';
import type { DiffusionModel, FrozenRecogniser } from '../diffusion/train.ts';
import { embeddingNear, embeddingPerturbed, randomDirections } from './anchors.ts';

const range = (lowest: number, highest: number) =>
  z
    .tuple([z.number().min(lowest).max(highest), z.number().min(lowest).max(highest)])
    .refine(([from, to]) => from <= to, 'expected [from, to] with from ≤ to');

/** Options of Algorithm 3. */
export const generationSchema = z
  .strictObject({
    /** Of anchors, y, s and noise; from 1, as `diffusion.seed`. */
    seed: z.int().min(1),
    /** N, the number of people. */
    identities: z.int().min(2),
    imagesPerIdentity: z.int().min(1),
    anchors: z.enum(['spread', 'random']),
    /** Bounds of the cosine between an image's y and its anchor (*our reading* of the paper's lb and ub). */
    lb: z.number().min(-1).max(1),
    ub: z.number().min(-1).max(1),
    /**
     * `anchor`: y lies near its identity's anchor; `perturbed`: y is the anchor with noise, kept within lb and ub (Vec2Face); `random`: y
     * ignores the label (the ablation's floor).
     */
    condition: z.enum(['anchor', 'perturbed', 'random']),
    /**
     * Of the condition `anchor` alone: how y lies around it, alike in all directions (also where absent), or in those in which the photos of one
     * person in the train pool vary.
     */
    variation: z.enum(['isotropic', 'within-person']).optional(),
    /** Whether age and yaw are drawn for each image (also where absent), or s is hidden: then nothing but y is asked for. */
    attributes: z.enum(['drawn', 'hidden']).optional(),
    /** Ages in years, drawn uniformly. */
    age: range(0, 100),
    /** Yaws in degrees, drawn uniformly. */
    yaw: range(-90, 90),
    sampler: samplerSchema,
    batchSize: z.int().min(1),
  })
  .refine(({ lb, ub }) => lb <= ub, { path: ['lb'], message: 'expected lb ≤ ub' });
export type GenerationOptions = z.infer<typeof generationSchema>;

/** What an image is asked to show. */
export interface ImagePlan extends Asked {
  label: number;
  /** [d] on the unit sphere. */
  y: Float32Array;
  /** In the place of the sampler's own; what the sampler has as 0 stays 0. All images of a batch have them, or none. */
  weights?: GuidanceWeights;
}

/** w, and the weights of classifier-free guidance. */
export type GuidanceWeights = Pick<SamplerOptions, 'guidance' | 'freeY' | 'freeS'>;

/**
 * Algorithm 3, steps 2 and 3, for image j of identity i; a function of (seed, i, j) alone.
 *
 * @param styles the images whose styles are drawn, for a network that is told them: the image has that one's age and yaw too;
 *   `factor` is that of `withinPersonFactor`, where y varies as a person does
 */
export function planImage(
  options: GenerationOptions,
  {
    anchor,
    i,
    j,
    styles,
    factor,
  }: { anchor: Float32Array; i: number; j: number; styles?: Dataset; factor?: Float32Array },
): ImagePlan {
  const rng = new Rng(options.seed, 'plan', i, j);
  const [age, yaw] = [rng.uniform(...options.age), rng.uniform(...options.yaw)];
  const y = embeddingOf(options, anchor, rng, factor);
  if (styles !== undefined) return { label: i, y, ...styleIn(styles, rng.int(styles.count)) };
  return { label: i, y, ...(options.attributes !== 'hidden' && { age, yaw }) };
}

function embeddingOf(
  { condition, lb, ub }: GenerationOptions,
  anchor: Float32Array,
  rng: Rng,
  factor?: Float32Array,
): Float32Array {
  switch (condition) {
    case 'anchor':
      return embeddingNear(anchor, lb, ub, rng, factor);
    case 'perturbed':
      return embeddingPerturbed(anchor, lb, ub, rng);
    case 'random':
      return randomDirections(1, anchor.length, rng);
  }
}

/** What image k of a dataset tells of itself. */
function styleIn(dataset: Dataset, k: number): Asked {
  const { age, yaw } = dataset.record(k);
  const { height, width } = dataset;
  return { age, yaw, style: styleOf(imagesToFloat(dataset, [k]), [height, width]) };
}

/** A trained ID³ model: the denoising network and the f that it was trained with. */
export interface Id3Model extends DiffusionModel {
  f: FrozenRecogniser;
  /** κ_t as fitted to the model; needed where a sampler asks for it. */
  fittedKappa?(t: number): number;
  /** Steps that its samplers share, for images of one size; each has its own where this is absent. */
  readonly compiled?: CompiledSteps;
}

/**
 * Algorithm 2 for a list of plans: pixels, uint8 [n,size,size,C]. `names` has one name a plan: the start noise comes
 * from `(seed, name)`, so it does not depend on what else is sampled.
 */
export type ImageSampler = (
  plans: readonly ImagePlan[],
  names: readonly string[],
  onStep?: StepListener,
) => Promise<Uint8Array>;

/** [-1,1] → uint8 */
const toBytes = (values: Float32Array): Uint8Array =>
  Uint8Array.from(values, (v) => Math.max(0, Math.min(255, Math.round((v + 1) * 127.5))));

/** The x̂0 of a step as an image is stored: uint8 [n,size,size,C]. */
export const pixelsOf = async ({ x0 }: StepReport): Promise<Uint8Array> =>
  toBytes(await x0.data<'float32'>());

/** The sampler of a model for images of size×size; its step is compiled once for each number of plans. */
export function imageSampler(
  { unet, schedule, prediction, f, fittedKappa, compiled }: Id3Model,
  options: SamplerOptions,
  size: number,
  seed: number,
): ImageSampler {
  if (options.guidance > 0 && options.kappa === 'fitted' && fittedKappa === undefined)
    throw new UserError('This model has no fitted κ; sample with generation.sampler.kappa=paper.');
  const sampler = makeSampler<WeighedCondition>(
    {
      schedule,
      prediction,
      x0: classifierFree(
        (xt: tf.Tensor4D, time, { y, s }) => readX0((input, t) => unet.forward(input, t, y, s), xt, time),
        options,
      ),
      cosine: (x0: tf.Tensor4D, { y }) => f.embedUnit(x0).mul(y).sum<tf.Tensor1D>(1),
      kappa: options.kappa === 'fitted' ? fittedKappa : undefined,
      compiled,
    },
    options,
  );
  const image = size * size * unet.channels;
  return async (plans, names, onStep) => {
    const n = plans.length;
    const noise = (step: number) => {
      const values = new Float32Array(n * image);
      names.forEach((name, b) => values.set(new Rng(seed, 'sample', name, step).normals(image), b * image));
      return tf.tensor4d(values, [n, size, size, unet.channels]);
    };
    const weight = (name: keyof GuidanceWeights): number[] | undefined =>
      plans[0].weights && plans.map(({ weights }) => weights![name]);
    // Always arguments: a step that is shared must not know the weights of the first who used it.
    const asTensor = (name: 'freeY' | 'freeS'): tf.Tensor => {
      const own = weight(name);
      return own === undefined ? tf.scalar(options[name]) : tf.tensor4d(own, [n, 1, 1, 1]);
    };
    const inputs = {
      y: tf.tensor2d(Float32Array.from(plans.flatMap((plan) => [...plan.y])), [n, f.embeddingSize]),
      s: attributeTensor(unet.options.attributes, plans),
      freeY: asTensor('freeY'),
      freeS: asTensor('freeS'),
    };
    const xT = noise(-1);
    try {
      const x0 = await sampler(xT, inputs, noise, { guidance: weight('guidance'), onStep });
      const pixels = await x0.data<'float32'>();
      x0.dispose();
      return toBytes(pixels);
    } finally {
      tf.dispose([xT, inputs]);
    }
  };
}

/** What every shard of a dataset is generated with. */
export interface ShardOptions {
  options: GenerationOptions;
  /** [N,d] unit rows. */
  anchors: Float32Array;
  /** See {@link planImage}. */
  styles?: Dataset;
  factor?: Float32Array;
  /** Called after each batch with its number of images. */
  onImages?(done: number): void;
  onStep?: StepListener;
}

/**
 * Algorithm 3: samples shard k of a dataset of `identities × imagesPerIdentity` images and writes
 * it. No real image enters, but for the styles where they are asked for, and no image is filtered out.
 *
 * @param shard its number k
 */
export async function generateShard(
  sampleImages: ImageSampler,
  writer: DatasetWriter,
  shard: number,
  { options, anchors, styles, factor, onImages, onStep }: ShardOptions,
): Promise<void> {
  const d = anchors.length / options.identities;
  const [from, to] = writer.shardRange(shard);
  const { height, width, channels = 3 } = writer.options;
  const size = height * width * channels;
  const images = new Uint8Array((to - from) * size);
  const embeddings = new Float32Array((to - from) * d);
  const records: FaceRecord[] = [];
  for (let start = from; start < to; start += options.batchSize) {
    const indices = Array.from({ length: Math.min(options.batchSize, to - start) }, (_, b) => start + b);
    const plans = indices.map((index) => {
      const i = Math.floor(index / options.imagesPerIdentity);
      const j = index % options.imagesPerIdentity;
      return planImage(options, { anchor: anchors.subarray(i * d, (i + 1) * d), i, j, styles, factor });
    });
    const pixels = await sampleImages(plans, indices.map(String), onStep);
    images.set(pixels, (start - from) * size);
    plans.forEach(({ y, label, age, yaw }, b) => {
      embeddings.set(y, (start - from + b) * d);
      records.push({ label, age, yaw });
    });
    onImages?.(plans.length);
  }
  writer.writeShard(shard, { images, records, embeddings });
}
