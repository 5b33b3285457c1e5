import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import { compileStep } from '@id3/engine';
import { withAside } from '../optim/gradients.ts';
import {
  adjustedX0,
  lambdaKappa,
  predictNoise,
  readingOf,
  type NoiseSchedule,
  type Prediction,
  type ReadingTensors,
} from './equations.ts';
import { drawsNoise, isScored, stridedTimes, type SamplerOptions } from './sampler-options.ts';
import { stepOf, type LinearStep } from './solvers.ts';

/** A time of the reverse process, as tensors: scalars, and `networkTime` [B]. */
export type SamplingTime = ReadingTensors & {
  sqrtAlphaBar: tf.Scalar;
  sqrtOneMinusAlphaBar: tf.Scalar;
};

/**
 * What Algorithm 2 samples from. X is [B,H,W,3] for images; any shape whose first axis is the batch will do. C holds
 * the condition of each sample, such as y and s.
 */
export interface AdjustedField<C extends tf.NamedTensorMap = tf.NamedTensorMap> {
  schedule: NoiseSchedule;
  /** What the network predicts: decides what `time` holds for {@link readX0}. */
  prediction: Prediction;
  /** x̂0(x_t, t | condition). */
  x0(xt: tf.Tensor, time: SamplingTime, condition: C): tf.Tensor;
  /** yᵀ f(x̂0) for each sample: X → [B]. */
  cosine(x0: tf.Tensor, condition: C): tf.Tensor1D;
  /** κ_t; the paper's λκ unless given. */
  kappa?(t: number): number;
  /** Where compiled steps are kept for later samplers of an equal field. */
  readonly compiled?: CompiledSteps;
}

/** What a step did: its time t, and ‖√(1-ᾱ_t)·g‖/‖ε_θ‖, the size of the weighted reversed likelihood score beside the noise that it moves; 0 without it. */
export interface StepReport {
  readonly t: number;
  readonly scoreShare: number;
  /** x̂0 as the step saw it, of X's shape; there while the report is heard. */
  readonly x0: tf.Tensor;
}

/** Hears of each step, by the number of steps done. Sampling goes on when it has heard, and ends where it throws. */
export type StepListener = (step: number, report: StepReport) => void | Promise<void>;

/** What a call of a sampler may add. */
export interface SamplerCall {
  /** w of each sample, in the place of the options' own: as many as the batch has. */
  readonly guidance?: readonly number[];
  readonly onStep?: StepListener;
}

/** Algorithm 2 for one field; see {@link makeSampler}. */
export type Sampler<C extends tf.NamedTensorMap> = (
  xT: tf.Tensor,
  condition: C,
  noise: (step: number) => tf.Tensor,
  call?: SamplerCall,
) => Promise<tf.Tensor>;

/** Compiled steps of one field by their form: samplers that differ in nothing but steps, spacing and the sizes of their weights share one. */
export type CompiledSteps = Map<string, unknown>;

/**
 * Algorithm 2: follows the adjusted gradient field from x_T to x_0. Steps with the score and steps without it are compiled once each,
 * where there are such, for all calls of the sampler that is returned, whose arguments are
 * - `xT`: standard normal start values; not disposed
 * - `condition`: of each sample; not disposed
 * - `noise`: standard normal values of X's shape for one step of a sampler that draws; disposed here
 * - `call`: see {@link SamplerCall}
 *
 * and whose result, x_0, is to be disposed by the caller. Rejects with what `onStep` throws.
 */
export function makeSampler<C extends tf.NamedTensorMap>(
  field: AdjustedField<C>,
  options: SamplerOptions,
): Sampler<C> {
  const { alphaBar, timesteps } = field.schedule;
  const times = [...stridedTimes(timesteps, options.steps, options.spacing), 0];
  const keeping = { ...field, compiled: field.compiled ?? new Map() };
  const unscored = { ...options, guidance: 0 };
  return async (xT, condition, noise, { guidance, onStep } = {}) => {
    let state = { x: xT.clone(), previous: tf.zerosLike(xT) };
    const weights = (kappa: number): tf.Tensor => {
      if (guidance === undefined) return tf.scalar(options.guidance * kappa);
      const shape = xT.shape.map((size, axis) => (axis === 0 ? size : 1));
      return tf.tensor(
        guidance.map((w) => w * kappa),
        shape,
      );
    };
    try {
      for (let done = 0; done < options.steps; done++) {
        const t = times[done];
        const [before, now, next] = [times[done - 1], t, times[done + 1]].map((time) => alphaBar[time]);
        const linear = stepOf(options.kind, { before, now, next });
        const changing = {
          ...state,
          // Also in the last step, whose variance is 0: it then has the graph of the others.
          ...(drawsNoise(options) ? { z: noise(done) } : {}),
          ...timeOf(field, t, xT.shape[0]),
          ...scalars(linear),
          guidance: weights(field.kappa?.(t) ?? lambdaKappa(t, timesteps)),
        };
        const step = compiledStep(keeping, isScored(options, t, timesteps) ? options : unscored);
        const { share, ...following } = step({ ...condition, ...changing });
        tf.dispose(changing);
        state = following;
        const [scoreShare] = await share.data(); // the step boundary: a lazy engine computes here
        share.dispose();
        await eventLoopTurn(); // as in training
        await onStep?.(done + 1, { t, scoreShare, x0: state.previous });
      }
    } catch (error) {
      tf.dispose(state);
      throw error;
    }
    state.previous.dispose();
    return state.x;
  };
}

type Stepper<C extends tf.NamedTensorMap> = (inputs: StepInputs & C) => ReturnType<typeof reverseStep>;

/** The step of these options: one that is compiled already, or a new one. */
function compiledStep<C extends tf.NamedTensorMap>(
  field: AdjustedField<C> & { readonly compiled: CompiledSteps },
  options: SamplerOptions,
): Stepper<C> {
  const { kind, guidance, gradient, freeY, freeS, clip, precision } = options;
  const form = [
    kind === 'ancestral',
    drawsNoise(options),
    guidance > 0 ? gradient : 'unguided',
    freeY > 0,
    freeS > 0,
    clip,
    precision ?? 'float32',
  ].join();
  // Fields that share a map have the same conditions.
  const known = field.compiled.get(form) as Stepper<C> | undefined;
  const step =
    known ?? compileStep((inputs: StepInputs & C) => reverseStep(field, options, inputs), { precision });
  field.compiled.set(form, step);
  return step;
}

/** What the network is told of a time, computed in double precision. */
function timeOf(
  { schedule, prediction }: Pick<AdjustedField, 'schedule' | 'prediction'>,
  t: number,
  batch: number,
) {
  const alphaBar = schedule.alphaBar[t];
  const { input, skip, output, time } = readingOf(prediction, alphaBar, t);
  return {
    sqrtAlphaBar: tf.scalar(Math.sqrt(alphaBar)),
    sqrtOneMinusAlphaBar: tf.scalar(Math.sqrt(1 - alphaBar)),
    ...scalars({ input, skip, output }),
    networkTime: tf.tensor1d(new Float32Array(batch).fill(time)),
  };
}

const scalars = <K extends string>(numbers: Readonly<Record<K, number>>): Record<K, tf.Scalar> => {
  const result = {} as Record<K, tf.Scalar>;
  for (const name of Object.keys(numbers) as K[]) result[name] = tf.scalar(numbers[name]);
  return result;
};

/** What changes from step to step. */
type StepInputs = SamplingTime &
  Record<keyof LinearStep, tf.Scalar> & {
    x: tf.Tensor;
    /** x̂0 of the step before. */
    previous: tf.Tensor;
    /** Standard normal values, for samplers that draw. */
    z?: tf.Tensor;
    /** wκ_t: one number, or one a sample. */
    guidance: tf.Tensor;
  };

/** One step of the reverse process, from t to the time before it. */
function reverseStep<C extends tf.NamedTensorMap>(
  field: AdjustedField<C>,
  options: SamplerOptions,
  inputs: StepInputs & C,
): { x: tf.Tensor; previous: tf.Tensor; share: tf.Tensor } {
  const { x: xt, z } = inputs;
  const { x0: unguided, score } = scores(field, options, inputs);
  const clipped = (x0: tf.Tensor) => (options.clip ? x0.clipByValue(-1, 1) : x0);

  // The weighted reversed likelihood score.
  const g = score?.mul(inputs.guidance);
  // Where the adjusted gradient field points. DDPM's process is moved along the score itself, below.
  const followed =
    g === undefined || options.kind === 'ancestral' ? unguided : adjustedX0(unguided, g, inputs);
  const x0 = clipped(followed);
  let x = xt.mul(inputs.ofX).add(x0.mul(inputs.ofX0)).add(inputs.previous.mul(inputs.ofPrevious));
  if (g !== undefined && options.kind === 'ancestral') x = x.add(g.mul(inputs.ofScore));
  if (z !== undefined) x = x.add(z.mul(inputs.ofNoise));
  const share =
    g === undefined
      ? inputs.guidance.mul(0)
      : g
          .mul(inputs.sqrtOneMinusAlphaBar)
          .norm()
          .div(predictNoise(xt, unguided, inputs).norm());
  return { x, previous: x0, share };
}

/** What y·f(x̂0) is multiplied by in half precision, where its gradients would else be 0: they are at most of the size of 1. */
const SCORE_SCALE = 2 ** 10;
const scaledBy = (scale: number | undefined, x: tf.Tensor): tf.Tensor =>
  scale === undefined ? x : x.mul(scale);
const unscaledBy = (scale: number | undefined, x: tf.Tensor): tf.Tensor =>
  scale === undefined ? x : x.div(scale);

/** x̂0(x_t) and, unless w = 0, the gradient ∇_{x_t} Σ_b yᵀf(x̂0(x_t)), both of X's shape. */
function scores<C extends tf.NamedTensorMap>(
  field: AdjustedField<C>,
  options: SamplerOptions,
  inputs: StepInputs & C,
): { x0: tf.Tensor; score?: tf.Tensor } {
  const { x: xt } = inputs;
  if (options.guidance === 0) return { x0: field.x0(xt, inputs, inputs) };
  const scale = options.precision === 'float16' ? SCORE_SCALE : undefined;
  const cosines = (x0: tf.Tensor) => scaledBy(scale, field.cosine(x0, inputs).sum());
  if (options.gradient === 'stopped') {
    // With ε_θ held fast, ∂x̂0/∂x_t = 1/√ᾱ_t.
    const x0 = field.x0(xt, inputs, inputs);
    return { x0, score: unscaledBy(scale, tf.grad(cosines)(x0)).div(inputs.sqrtAlphaBar) };
  }
  const { result: score, aside } = withAside(['x0'], (setAside) =>
    tf.grad((x) => {
      const x0 = field.x0(x, inputs, inputs);
      setAside('x0', x0);
      return cosines(x0);
    })(xt),
  );
  return { x0: aside.x0, score: unscaledBy(scale, score) };
}
