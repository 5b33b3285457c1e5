import { z } from 'zod';

const perImage = z.array(z.number());

/** Counts of cosines over equal bins of [-1, 1]. */
export const cosineHistogramSchema = z.strictObject({
  /** Pairs of images of one identity. */
  within: z.array(z.int()),
  /** Pairs of images of two identities. */
  between: z.array(z.int()),
});
export type CosineHistogram = z.infer<typeof cosineHistogramSchema>;

const predictionSchema = z.strictObject({
  /** Years or degrees, of each image. */
  value: perImage,
  /** Of the predictor on people of the training set that it was not fitted on. */
  meanAbsoluteError: z.number(),
  r2: z.number(),
});

/**
 * What f sees in a dataset, image by image: `inspection.json`. Cosines are of f's embeddings, rounded to four
 * decimals; folders are relative to the artefact root.
 */
export const inspectionSchema = z.strictObject({
  formatVersion: z.literal(1),
  /** Folder of the dataset, whose records hold what each image was asked for. */
  dataset: z.string(),
  /** Folder of the training set it is compared with; absent for the training set itself. */
  reference: z.string().optional(),
  /** Cosine from which f takes two faces for one person. */
  threshold: z.number(),
  /** Of each image: [n]. */
  images: z.strictObject({
    label: z.array(z.int()),
    /** Years and degrees: what was asked for, or the ground truth of a set that was not generated. */
    age: perImage.optional(),
    yaw: perImage.optional(),
    /** Cosine to the `y` that was asked for, and to the identity's anchor w. */
    toAsked: perImage.optional(),
    toAnchor: perImage.optional(),
    /** Cosine to the identity's centre. */
    toCentre: perImage,
  }),
  /** Attributes read off the images by a ridge regression that was fitted on the training set. */
  predicted: z.strictObject({ age: predictionSchema.optional(), yaw: predictionSchema.optional() }),
  /** Each image's nearest face among `searched` images of the reference: its index there and the cosine. */
  nearest: z.strictObject({ searched: z.int(), index: z.array(z.int()), cosine: perImage }).optional(),
  histogram: cosineHistogramSchema,
  referenceHistogram: cosineHistogramSchema.optional(),
  /** Positions on the first two principal axes of the reference, as [x, y, x, y, …]. */
  map: z.strictObject({
    /** Share of the reference's variance along each axis. */
    explained: z.tuple([z.number(), z.number()]),
    images: z.array(z.number()),
    anchors: z.array(z.number()).optional(),
    /** Some images of the reference, evenly taken, and their indices there. */
    reference: z.strictObject({ index: z.array(z.int()), at: z.array(z.number()) }).optional(),
  }),
});
export type Inspection = z.infer<typeof inspectionSchema>;
