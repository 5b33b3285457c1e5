import { existsSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { Rng, UserError } from '@id3/core';
import { augmentSchema, batches, type Dataset } from '@id3/data';
import { compileStep } from '@id3/engine';
import { loadCheckpoint, readTensors, restoreTensors, saveCheckpoint } from '../checkpoint.ts';
import { valueAndGradients, withAside } from '../optim/gradients.ts';
import { sgd, type Optimiser } from '../optim/optimisers.ts';
import { warmupCosine } from '../optim/schedule.ts';
import type { TrainingHooks } from '../training.ts';
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
  }),
});
export type RecogniserOptions = z.infer<typeof recogniserSchema>;

/** Factor of the peak learning rate at a step counted from 0. */
function rateFactor(step: number, { steps, warmupSteps, schedule }: RecogniserOptions['training']): number {
  if (schedule === 'cosine' || step < warmupSteps) return warmupCosine(step, steps, warmupSteps);
  return [0.5, 0.7, 0.9].reduce((factor, at) => (step >= at * steps ? factor / 10 : factor), 1);
}

/**
 * Trains a recogniser from scratch on a labelled dataset. A step's random numbers are functions of
 * (seed, step); an existing `hooks.checkpoint` is continued from, and holds the trained recogniser in the end.
 */
export async function trainRecogniser(
  options: RecogniserOptions,
  dataset: Dataset,
  seed: number,
  hooks: TrainingHooks,
): Promise<Recogniser> {
  const { training } = options;
  const recogniser = new Recogniser(options.network, dataset.height, seed);
  const { scope } = recogniser;
  const classes = dataset.labels.reduce((most, label) => Math.max(most, label + 1), 0);
  const head = new MarginHead(scope.child('head'), recogniser.embeddingSize, classes, options.head);
  const weights = [...scope.weights.values()];
  const optimiser = sgd(weights, { weightDecay: training.weightDecay });
  const saved = {
    ...Object.fromEntries(scope.weights),
    ...Object.fromEntries(scope.buffers),
    ...optimiser.state,
  };

  let done = 0;
  if (existsSync(hooks.checkpoint.path)) {
    const { meta, tensors } = loadCheckpoint(hooks.checkpoint.path);
    restoreTensors(saved, tensors);
    done = meta.step as number;
  }
  const { height: imageSize } = dataset;
  const save = async () =>
    saveCheckpoint(hooks.checkpoint.path, {
      meta: { step: done, options, imageSize, seed },
      tensors: await readTensors(saved),
    });

  const step = compileStep((inputs: StepInputs) =>
    trainingStep({ recogniser, head, optimiser, weights }, inputs),
  );
  let savedAt = Date.now();
  const { steps, batchSize, augment } = training;
  for await (const batch of batches(dataset, {
    batchSize,
    seed,
    augment,
    startStep: done,
    steps,
  })) {
    const margin = options.head.margin * Math.min(1, batch.step / Math.max(1, training.marginRampSteps));
    const rate = training.learningRate * rateFactor(batch.step, training);
    done = batch.step + 1;
    const dropout = recogniser.dropoutMask(batchSize, new Rng(seed, 'dropout', batch.step));
    const inputs = {
      images: tf.tensor4d(batch.images, [batchSize, imageSize, imageSize, 3]),
      labels: tf.tensor1d(batch.labels, 'int32'),
      ...(dropout === undefined ? {} : { dropout }),
      margin: tf.scalar(margin),
      rates: optimiser.rates(done, rate),
    };
    const { logged } = step(inputs);
    const [loss, accuracy] = await logged.data(); // the step boundary
    tf.dispose([inputs, logged]);
    if (!Number.isFinite(loss)) {
      throw new UserError(
        `The recogniser's loss became ${loss} at step ${done}; lower training.learningRate and run again.`,
      );
    }
    hooks.log(done, { loss, accuracy, margin, learningRate: rate }, steps);
    if (Date.now() - savedAt > hooks.checkpoint.everySeconds * 1000 && done < steps) {
      await save();
      savedAt = Date.now();
    }
  }
  await save();
  tf.dispose(Object.values(optimiser.state));
  return recogniser;
}

interface Learner {
  recogniser: Recogniser;
  head: MarginHead;
  optimiser: Optimiser;
  weights: tf.Variable[];
}

/** What changes from step to step. */
type StepInputs = {
  images: tf.Tensor4D;
  labels: tf.Tensor1D;
  dropout?: tf.Tensor2D;
  margin: tf.Scalar;
  rates: tf.Tensor1D;
};

/** One optimiser step; returns [loss, accuracy]. */
function trainingStep(
  { recogniser, head, optimiser, weights }: Learner,
  { images, labels, dropout, margin, rates }: StepInputs,
): { logged: tf.Tensor1D } {
  const { result, aside: logged } = withAside((setAside: (numbers: tf.Tensor1D) => void) =>
    valueAndGradients(() => {
      const { loss, accuracy } = head.loss(recogniser.embed(images, { dropout }), labels, margin);
      setAside(tf.stack([loss, accuracy]) as tf.Tensor1D);
      return loss;
    }, weights),
  );
  optimiser.apply(result.gradients, rates);
  return { logged };
}

/** Saves a recogniser that is not to be trained further, for {@link loadRecogniser}. */
export async function saveRecogniser(
  path: string,
  recogniser: Recogniser,
  options: RecogniserOptions,
): Promise<void> {
  const { imageSize, scope } = recogniser;
  const meta = { options: { ...options, network: recogniser.options }, imageSize };
  saveCheckpoint(path, { meta, tensors: await readTensors(scope.tensors()) });
}

/** The recogniser of a checkpoint that {@link trainRecogniser} or {@link saveRecogniser} wrote. */
export function loadRecogniser(path: string): Recogniser {
  const { meta, tensors } = loadCheckpoint(path);
  const recogniser = new Recogniser(
    recogniserSchema.parse(meta.options).network,
    z.int().parse(meta.imageSize),
    0,
  );
  const { weights, buffers } = recogniser.scope;
  restoreTensors({ ...Object.fromEntries(weights), ...Object.fromEntries(buffers) }, tensors);
  recogniser.scope.freeze();
  return recogniser;
}
