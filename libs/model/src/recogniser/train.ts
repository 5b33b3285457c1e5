import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { Rng, UserError } from '@id3/core';
import { augmentSchema, batches, type Dataset } from '@id3/data';
import { loadCheckpoint, readTensors, restoreTensors, saveCheckpoint } from '../checkpoint.ts';
import { valueAndGradients, withAside } from '../optim/gradients.ts';
import { LossScaling, precisionSchema } from '../optim/loss-scaling.ts';
import { sgd, type Optimiser } from '../optim/optimisers.ts';
import { warmupCosine } from '../optim/schedule.ts';
import { train, type TrainingHooks } from '../training.ts';
import { MarginHead, headSchema } from './heads.ts';
import { Recogniser, iresnetSchema } from './iresnet.ts';

/** Everything that decides what a recogniser is trained to. */
export const recogniserSchema = z.strictObject({
  network: iresnetSchema,
  head: headSchema,
  training: z.strictObject({
    steps: z.int().min(1),
    batchSize: z.int().min(2),
    /** Peak learning rate of SGD with momentum 0.9. */
    learningRate: z.number().positive(),
    warmupSteps: z.int().min(0),
    /** `cosine` decay to 0, or `steps`: a tenth at 50 %, 70 % and 90 % of the training, as ArcFace on CASIA. */
    schedule: z.enum(['cosine', 'steps']),
    weightDecay: z.number().min(0),
    /** The margin grows linearly from 0 over these steps: with a full margin, training from random weights does not start. */
    marginRampSteps: z.int().min(0),
    augment: augmentSchema,
    /** As in `diffusion.training`. */
    precision: precisionSchema.optional(),
  }),
});
export type RecogniserOptions = z.infer<typeof recogniserSchema>;

/** Factor of the peak learning rate at a step counted from 0. */
function rateFactor(step: number, { steps, warmupSteps, schedule }: RecogniserOptions['training']): number {
  if (schedule === 'cosine' || step < warmupSteps) return warmupCosine(step, steps, warmupSteps);
  return [0.5, 0.7, 0.9].reduce((factor, at) => (step >= at * steps ? factor / 10 : factor), 1);
}

/** The head's place among a recogniser's weights while it is trained. */
const HEAD = 'head';

/**
 * Trains a recogniser from scratch on a labelled dataset. A step's random numbers are functions of
 * (seed, step). `hooks.checkpoint` is continued from, and holds the trained recogniser in the end. See {@link train}.
 */
export async function trainRecogniser(
  options: RecogniserOptions,
  dataset: Dataset,
  seed: number,
  hooks: TrainingHooks,
): Promise<Recogniser> {
  const { training } = options;
  const { steps, batchSize, augment } = training;
  const { height: imageSize, channels } = dataset;
  const recogniser = new Recogniser(options.network, imageSize, seed, channels);
  const { scope } = recogniser;
  const classes = dataset.labels.reduce((most, label) => Math.max(most, label + 1), 0);
  const head = new MarginHead(scope.child(HEAD), recogniser.embeddingSize, classes, options.head);
  const weights = [...scope.weights.values()];
  const optimiser = sgd(weights, { weightDecay: training.weightDecay });
  const scaling = training.precision === 'float16' ? new LossScaling() : undefined;
  await train(
    {
      lossName: "The recogniser's loss",
      rateField: 'training.learningRate',
      state: {
        ...Object.fromEntries(scope.weights),
        ...Object.fromEntries(scope.buffers),
        ...optimiser.state,
        ...scaling?.state,
      },
      meta: { options, ...inputOf(recogniser), seed },
      optimiser,
      steps,
      batches: (startStep) => batches(dataset, { batchSize, seed, augment, startStep, steps }),
      prepare({ images, labels, step }, done) {
        const margin = options.head.margin * Math.min(1, step / Math.max(1, training.marginRampSteps));
        const learningRate = training.learningRate * rateFactor(step, training);
        const dropout = recogniser.dropoutMask(batchSize, new Rng(seed, 'dropout', step));
        const inputs: StepInputs = {
          images: tf.tensor4d(images, [batchSize, imageSize, imageSize, channels]),
          labels: tf.tensor1d(labels, 'int32'),
          ...(dropout === undefined ? {} : { dropout }),
          margin: tf.scalar(margin),
          rates: optimiser.rates(done, learningRate),
        };
        return { inputs, numbers: { margin, learningRate } };
      },
      step: (inputs) => trainingStep({ recogniser, head, optimiser, weights, scaling }, inputs),
      loggedNames: ['loss', 'accuracy', ...(scaling === undefined ? [] : ['lossScale'])],
      precision: training.precision,
    },
    hooks,
  );
  return recogniser;
}

interface Learner {
  recogniser: Recogniser;
  head: MarginHead;
  optimiser: Optimiser;
  weights: tf.Variable[];
  /** Where the precision is half. */
  scaling: LossScaling | undefined;
}

/** What changes from step to step. */
type StepInputs = {
  images: tf.Tensor4D;
  labels: tf.Tensor1D;
  dropout?: tf.Tensor2D;
  margin: tf.Scalar;
  rates: tf.Tensor1D;
};

/** One optimiser step; returns [loss, accuracy], and the loss's scale where there is one. */
function trainingStep(
  { recogniser, head, optimiser, weights, scaling }: Learner,
  { images, labels, dropout, margin, rates }: StepInputs,
): { logged: tf.Tensor } {
  const { result, aside } = withAside(['logged'], (setAside) =>
    valueAndGradients(() => {
      const { loss, accuracy } = head.loss(recogniser.embed(images, { dropout }), labels, margin);
      setAside('logged', tf.stack([loss, accuracy]));
      return scaling === undefined ? loss : scaling.scaled(loss);
    }, weights),
  );
  if (scaling === undefined) {
    optimiser.apply(result.gradients, rates);
    return aside;
  }
  const [first, accuracy] = aside.logged.unstack<tf.Scalar>();
  const { gradients, good, scale, loss } = scaling.unscaled(result.gradients, first);
  optimiser.apply(gradients, rates, good);
  return { logged: tf.stack([loss, accuracy, scale]) };
}

/** What a checkpoint says of its recogniser's images; of RGB nothing but the size. */
const inputOf = ({ imageSize, channels }: Recogniser): z.infer<typeof inputSchema> => ({
  imageSize,
  ...(channels === 1 && { channels }),
});
const inputSchema = z.object({ imageSize: z.int(), channels: z.literal(1).optional() });

/** Saves a recogniser that is not to be trained further, for {@link loadRecogniser}. */
export async function saveRecogniser(
  path: string,
  recogniser: Recogniser,
  options: RecogniserOptions,
): Promise<void> {
  const { scope } = recogniser;
  const meta = { options: { ...options, network: recogniser.options }, ...inputOf(recogniser) };
  // The head with its class centres has done its work.
  const own = Object.entries(scope.tensors()).filter(([name]) => !name.startsWith(`${HEAD}.`));
  saveCheckpoint(path, { meta, tensors: await readTensors(Object.fromEntries(own)) });
}

/** What is saved with a recogniser's tensors. */
const savedSchema = inputSchema.extend({ options: recogniserSchema });

/** The recogniser of a checkpoint that {@link trainRecogniser} or {@link saveRecogniser} wrote. Throws a UserError where it is of another kind. */
export function loadRecogniser(path: string): Recogniser {
  const { meta, tensors } = loadCheckpoint(path);
  const parsed = savedSchema.safeParse(meta);
  if (!parsed.success)
    throw new UserError(
      `The checkpoint ${path} holds no recogniser; name the model.safetensors of f or of a recogniser that was trained here.`,
    );
  const { options, imageSize, channels } = parsed.data;
  const recogniser = new Recogniser(options.network, imageSize, 0, channels);
  const { weights, buffers } = recogniser.scope;
  restoreTensors({ ...Object.fromEntries(weights), ...Object.fromEntries(buffers) }, tensors, path);
  recogniser.scope.freeze();
  return recogniser;
}
