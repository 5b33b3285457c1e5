import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { Rng } from '@id3/core';
import { NO_AUGMENTATION, batches, type Dataset } from '@id3/data';
import { loadCheckpoint, restoreTensors } from '../checkpoint.ts';
import { probeGradient, valueAndGradients, withAside } from '../optim/gradients.ts';
import { LossScaling, precisionSchema } from '../optim/loss-scaling.ts';
import { WeightAverage, adamW, type Optimiser } from '../optim/optimisers.ts';
import { warmupCosine } from '../optim/schedule.ts';
import { train, type TrainingHooks } from '../training.ts';
import { ownAttributes } from './conditioning.ts';
import {
  denoisingGradient,
  idPreservingLoss,
  lossTerms,
  noiseSchedule,
  predictions,
  timeTensors,
  type NoiseSchedule,
  type Prediction,
  type TimeTensors,
} from './equations.ts';
import { identitiesOf, makePeerInputs, type PeerInputs } from './peers.ts';
import { UNet, unetSchema } from './unet.ts';

/** Everything that decides what a diffusion model is trained to. */
export const diffusionSchema = z.strictObject({
  /** Of start weights, batches, times and noise; from 1, for results name one that there is not by 0. */
  seed: z.int().min(1),
  unet: unetSchema,
  /** T. */
  timesteps: z.int().min(2),
  schedule: z.enum(['linear', 'cosine']),
  /** What the U-Net's output stands for: the noise, as in the paper's formulas, or what needs less training. */
  prediction: z.enum(predictions),
  training: z.strictObject({
    steps: z.int().min(1),
    batchSize: z.int().min(1),
    /** Peak learning rate of AdamW. */
    learningRate: z.number().positive(),
    warmupSteps: z.int().min(0),
    weightDecay: z.number().min(0),
    /** Global norm to which gradients are scaled down. */
    clipNorm: z.number().positive(),
    emaDecay: z.number().min(0).max(1),
    /** Factor of the inner-product term -λκ·yᵀf(x̂0); 1 is the paper's loss, 0 leaves the term out. */
    idLossWeight: z.number().min(0),
    /** Whether the denoising term against which it stands is the mean or the sum over an image's values. */
    reduction: z.enum(['mean', 'sum']),
    /** Shares of the images whose y, and whose s, is hidden from the network, for classifier-free guidance (Ho & Salimans 2022). */
    hideY: z.number().min(0).max(1),
    hideS: z.number().min(0).max(1),
    /** Share of y's components that are dropped, as in IDiff-Face (see {@link contextualPartialDropout}); absent: none. */
    hideComponents: z.number().min(0).lt(1).optional(),
    /** Mirrors half of the training images (and their yaw). */
    flip: z.boolean(),
    /** Of convolutions and matrix products; `float32` where absent. With `float16` the loss is scaled. */
    precision: precisionSchema.optional(),
  }),
});
export type DiffusionOptions = z.infer<typeof diffusionSchema>;

/** A recogniser whose weights do not change: f of the paper. */
export interface FrozenRecogniser {
  readonly embeddingSize: number;
  /** [B,H,W,C] in [-1,1] → [B,d] on the unit sphere; differentiable. */
  embedUnit(images: tf.Tensor4D): tf.Tensor2D;
}

/** The names of what a training step logs, in the order of its result. */
const LOGGED = [
  'loss',
  'loss.noise',
  'loss.reconstruction',
  'loss.identity',
  'identityCosine',
  // How many times the denoising term's gradient at x̂0 the identity term's is.
  'identityGradient',
];

/**
 * Algorithm 1: trains ε_θ on a dataset with known age and yaw, conditioned on y = f(x0).
 *
 * The random numbers of a step are functions of (seed, step). `hooks.checkpoint` ends as the trained model, with the averaged
 * weights under `ema`; a run that was killed continues from it and ends with the same weights. See {@link train}.
 */
export async function trainDiffusion(
  options: DiffusionOptions,
  { dataset, f }: { dataset: Dataset; f: FrozenRecogniser },
  hooks: TrainingHooks,
): Promise<UNet> {
  const { training, timesteps, seed } = options;
  const { steps, batchSize, learningRate, warmupSteps } = training;
  const { height, width, channels } = dataset;
  const unet = new UNet(options.unet, f.embeddingSize, seed, channels);
  const weights = [...unet.scope.weights.values()];
  const optimiser = adamW(weights, { weightDecay: training.weightDecay, clipNorm: training.clipNorm });
  const ema = new WeightAverage(weights, training.emaDecay);
  const scaling = training.precision === 'float16' ? new LossScaling() : undefined;
  const schedule = noiseSchedule(options.schedule, timesteps);
  const augment = { ...NO_AUGMENTATION, flip: training.flip };
  const { attributes } = options.unet;
  const peerInputs = makePeerInputs({
    seed,
    dataset,
    d: f.embeddingSize,
    timesteps,
    hideComponents: training.hideComponents ?? 0,
    yOfOthers: attributes === 'style',
  });
  await train(
    {
      lossName: 'The diffusion loss',
      rateField: 'diffusion.training.learningRate',
      state: {
        ...Object.fromEntries(unet.scope.weights),
        ...optimiser.state,
        ema: ema.average,
        ...scaling?.state,
      },
      // Of RGB nothing is said.
      meta: { options, ...(channels === 1 && { channels }) },
      optimiser,
      steps,
      batches: (startStep) => batches(dataset, { batchSize, seed, augment, startStep, steps }),
      prepare(batch, done) {
        const { images, step } = batch;
        // Algorithm 1: t ~ U{1..T}, ε ~ N(0, I)
        const rng = new Rng(seed, 'diffusion', step);
        const t = Int32Array.from({ length: batchSize }, () => 1 + rng.int(timesteps));
        const x0 = tf.tensor4d(images, [batchSize, height, width, channels]);
        const inputs = {
          x0,
          noise: tf.tensor4d(rng.normals(x0.size), x0.shape),
          s: ownAttributes(attributes, batch, [height, width]),
          showY: shown(rng, batchSize, training.hideY),
          showS: shown(rng, batchSize, training.hideS),
          ...peerInputs(batch, t),
          ...timeTensors(schedule, options.prediction, t),
          rates: optimiser.rates(done, learningRate * warmupCosine(step, steps, warmupSteps, 0.1)),
          emaRate: ema.rate(done),
        };
        return { inputs };
      },
      step: (inputs) => trainingStep({ unet, f, optimiser, ema, weights, scaling }, options, inputs),
      loggedNames: scaling === undefined ? LOGGED : [...LOGGED, 'lossScale'],
      precision: training.precision,
    },
    hooks,
  );
  ema.copyToWeights();
  ema.average.dispose();
  return unet;
}

interface Learner {
  unet: UNet;
  f: FrozenRecogniser;
  optimiser: Optimiser;
  ema: WeightAverage;
  weights: tf.Variable[];
  /** Where the precision is half. */
  scaling: LossScaling | undefined;
}

/** 1 for an image whose condition the network is shown, 0 for one whose is hidden: [B,1]. */
const shown = (rng: Rng, batchSize: number, hidden: number): tf.Tensor2D =>
  tf.tensor2d(
    Float32Array.from({ length: batchSize }, () => (rng.uniform() < hidden ? 0 : 1)),
    [batchSize, 1],
  );

/** What changes from step to step. */
type StepInputs = TimeTensors &
  PeerInputs & {
    x0: tf.Tensor4D;
    noise: tf.Tensor4D;
    s: tf.Tensor2D;
    showY: tf.Tensor2D;
    showS: tf.Tensor2D;
    rates: tf.Tensor1D;
    emaRate: tf.Scalar;
  };

/** One optimiser step on a batch; returns the {@link LOGGED} numbers as one tensor. */
function trainingStep(
  { unet, f, optimiser, ema, weights, scaling }: Learner,
  { training: { idLossWeight, reduction } }: DiffusionOptions,
  { x0, noise, s, showY, showS, components, other, otherShare, rates, emaRate, ...time }: StepInputs,
): { logged: tf.Tensor } {
  const { y, target } = identitiesOf((images) => f.embedUnit(images), { x0, other, otherShare });
  const shownY = y.mul<tf.Tensor2D>(showY);
  const condition = {
    y: components === undefined ? shownY : shownY.mul<tf.Tensor2D>(components),
    s: s.mul<tf.Tensor2D>(showS),
  };
  const network = (input: tf.Tensor4D, t: tf.Tensor1D) => unet.forward(input, t, condition.y, condition.s);
  const values = x0.size / x0.shape[0];
  const weight = reduction === 'sum' ? idLossWeight / values : idLossWeight;
  const names = ['numbers', 'denoising', ...(weight > 0 ? (['identity'] as const) : [])] as const;
  const { result, aside } = withAside(names, (setAside) => {
    const embed = (images: tf.Tensor4D) =>
      f.embedUnit(probeGradient(images, (gradient) => setAside('identity', gradient.norm())));
    return valueAndGradients(() => {
      const terms = lossTerms({ network, embed: weight > 0 ? embed : undefined, x0, noise, y: target, time });
      const parts = idPreservingLoss(terms, time, weight);
      const { loss, reconstruction, identity, cosine } = parts;
      setAside('numbers', tf.stack([loss, parts.noise, reconstruction, identity, cosine]));
      setAside('denoising', denoisingGradient(terms, time, values));
      return scaling === undefined ? loss : scaling.scaled(loss);
    }, weights);
  });
  const share = weight > 0 ? tf.div<tf.Tensor>(aside.identity, aside.denoising) : tf.scalar(0);
  if (scaling === undefined) {
    optimiser.apply(result.gradients, rates);
    ema.update(emaRate);
    return { logged: tf.concat([aside.numbers, share.reshape([1])]) };
  }
  const [first, ...rest] = aside.numbers.unstack<tf.Scalar>();
  const { gradients, good, scale, loss } = scaling.unscaled(result.gradients, first);
  optimiser.apply(gradients, rates, good);
  ema.update(emaRate);
  // Of a step that is none there is no share.
  const own = tf.where(good, share.div(scale), tf.scalar(0));
  return { logged: tf.stack([loss, ...rest, own.reshape([]), scale]) };
}

/** A trained denoising network and how it is to be read. */
export interface DiffusionModel {
  unet: UNet;
  schedule: NoiseSchedule;
  prediction: Prediction;
}

/** The trained network, with averaged weights, of a checkpoint that {@link trainDiffusion} finished. */
export function loadDiffusion(path: string, embeddingSize: number): DiffusionModel {
  const { meta, tensors } = loadCheckpoint(path);
  const options = diffusionSchema.parse(meta.options);
  const channels = z.literal(1).optional().parse(meta.channels);
  const unet = new UNet(options.unet, embeddingSize, 0, channels);
  const weights = [...unet.scope.weights.values()];
  const ema = new WeightAverage(weights, 0);
  restoreTensors({ ema: ema.average }, tensors, path);
  ema.copyToWeights();
  ema.average.dispose();
  unet.scope.freeze();
  const schedule = noiseSchedule(options.schedule, options.timesteps);
  return { unet, schedule, prediction: options.prediction };
}
