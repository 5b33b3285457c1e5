import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs';
import { compileStep } from '../src/index.ts';
import { adamW, Weights, type Image } from './layers.ts';
import { iresnet, unet, unitRows, type IResNetSizes, type UNetSizes } from './networks.ts';

export type Workload = 'diffusion' | 'sampling' | 'recogniser';

/** Networks and batches of the profile `quick`, or of the file that BENCH_SIZES names; torch_bench.py reads the same. */
export const QUICK = JSON.parse(
  readFileSync(process.env.BENCH_SIZES ?? join(import.meta.dirname, 'quick.json'), 'utf8'),
) as {
  image: number;
  unet: UNetSizes;
  f: IResNetSizes;
  recogniser: IResNetSizes;
  people: number;
  batchSize: Record<Workload, number>;
};
const { image: SIZE, people: PEOPLE } = QUICK;
/** Age and yaw. */
const ATTRIBUTES = 2;

/** One step; reads a few numbers at its end, as training and sampling loops do. */
export interface Step {
  (step: number): Promise<number[]>;
  /** Several steps in one call, where a workload trains. */
  inTurn?: (steps: number[]) => Promise<number[]>;
}

/** Standard normal values that a step takes, drawn before anything is measured: four sets in turn. */
function draws(...shape: number[]): (step: number) => tf.Tensor {
  const sets = [1, 2, 3, 4].map((seed) => {
    const drawn = tf.randomNormal(shape, 0, 1, 'float32', seed);
    const values = drawn.dataSync() as Float32Array;
    drawn.dispose();
    return values;
  });
  return (step) => tf.tensor(sets[step % sets.length].slice(), shape);
}
const images = (batch: number) => draws(batch, SIZE, SIZE, 3) as (step: number) => Image;
const rows = (batch: number, columns: number) => draws(batch, columns) as (step: number) => tf.Tensor2D;
const times = (batch: number, step: number) =>
  tf.tensor1d(Float32Array.from({ length: batch }, (_, i) => 1 + ((37 * i + 101 * step) % 1000)));

/** A step as the engine repeats it best: `onnx` from its compiled graph, others by calling it. */
const compiled = <I extends tf.NamedTensorMap>(step: (inputs: I) => { result: tf.Tensor }) =>
  tf.getBackend().startsWith('onnx')
    ? compileStep(step)
    : Object.assign((inputs: I) => tf.tidy(() => step(inputs)), { inTurn: undefined });

/** A step of AdamW on batches of the given kind. */
export function minimise<I extends tf.NamedTensorMap>(
  weights: Weights,
  batch: (step: number) => I,
  loss: (batch: I) => tf.Scalar,
): Step {
  const optimise = adamW(weights.all, 1e-3);
  const update = compiled(({ count, ...inputs }: tf.NamedTensorMap) => {
    const { value, grads } = tf.variableGrads(() => loss(inputs as I), weights.all);
    optimise(
      weights.all.map((w) => grads[w.name]),
      count as tf.Scalar,
    );
    return { result: value };
  });
  const inputsOf = (step: number) => ({ ...batch(step), count: tf.scalar(step) });
  const one = async (step: number) => {
    const inputs = inputsOf(step);
    const { result } = update(inputs);
    const values = Array.from(await result.data());
    tf.dispose([inputs, result]);
    return values;
  };
  const inTurn = async (steps: number[]) => {
    const inputs = steps.map(inputsOf);
    const results = update.inTurn!(inputs);
    const values = Array.from(await results.at(-1)!.result.data());
    tf.dispose([inputs, results]);
    return values;
  };
  return Object.assign(one, update.inTurn === undefined ? {} : { inTurn });
}

/** f, whose weights an engine may compile in. */
function frozenRecogniser(): (x: Image) => tf.Tensor2D {
  const w = new Weights();
  const f = iresnet(w, QUICK.f, SIZE, false);
  w.freeze();
  return (x) => unitRows(f(x));
}
const CONDITIONS = QUICK.f.embeddingSize + ATTRIBUTES;

/** The workloads by name; each builds its network and returns its step. */
export const WORKLOADS: Record<Workload, (batch: number) => Step> = {
  /** A U-Net learns to predict noise, with the identity loss through a frozen recogniser. */
  diffusion: (batch) => {
    const w = new Weights();
    const network = unet(w, QUICK.unet, CONDITIONS);
    const f = frozenRecogniser();
    const [image, attributes] = [images(batch), rows(batch, ATTRIBUTES)];
    return minimise(
      w,
      (step) => ({
        noise: image(2 * step),
        x0: image(2 * step + 1),
        t: times(batch, step),
        s: attributes(step),
      }),
      ({ noise, x0, t, s }) => {
        const y = f(x0);
        const xt = x0.add<Image>(noise);
        const predicted = network(xt, t, tf.concat2d([y, s], 1));
        const identity = f(xt.sub(predicted)).mul(y).sum(1).mean();
        return tf.squaredDifference(noise, predicted).mean<tf.Scalar>().sub(identity);
      },
    );
  },
  /** One guided sampling step: the gradient of a similarity through recogniser and U-Net. */
  sampling: (batch) => {
    const w = new Weights();
    const network = unet(w, QUICK.unet, CONDITIONS);
    w.freeze();
    const f = frozenRecogniser();
    const [anchors, attributes] = [rows(batch, QUICK.f.embeddingSize), rows(batch, ATTRIBUTES)];
    type Inputs = { x: Image; y: tf.Tensor2D; s: tf.Tensor2D; t: tf.Tensor1D; a: tf.Scalar; b: tf.Scalar };
    const move = compiled(({ x, y: anchor, s, t, a, b }: Inputs) => {
      const y = unitRows(anchor);
      const condition = tf.concat2d([y, s], 1);
      let epsilon: tf.Tensor | undefined;
      const score = tf.grad((xt) => {
        epsilon = tf.keep(network(xt as Image, t, condition));
        return f(xt.sub<Image>(epsilon.mul(b)))
          .mul(y)
          .sum();
      })(x);
      const moved = x
        .mul(a)
        .add<Image>(epsilon!.sub(score.mul(a)).mul(b))
        .clipByValue(-1, 1);
      epsilon!.dispose();
      return { result: moved };
    });
    let x = images(batch)(0);
    return async (step) => {
      const inputs = {
        x,
        y: anchors(step),
        s: attributes(step),
        t: times(batch, step),
        a: tf.scalar(Math.cos(step)),
        b: tf.scalar(Math.sin(step)),
      };
      const { result } = move(inputs);
      tf.dispose(inputs);
      x = result as Image;
      return Array.from((await x.data()).slice(0, 8));
    };
  },
  /** A recogniser learns people. */
  recogniser: (batch) => {
    const w = new Weights();
    const f = iresnet(w, QUICK.recogniser, SIZE, true);
    const centres = w.draw([PEOPLE, QUICK.recogniser.embeddingSize], 0.1) as tf.Tensor as tf.Tensor2D;
    const image = images(batch);
    const people = (step: number) =>
      Int32Array.from({ length: batch }, (_, i) => (i * 37 + step * 11) % PEOPLE);
    return minimise(
      w,
      (step) => ({ image: image(step), person: tf.tensor1d(people(step), 'int32') }),
      ({ image, person }) => {
        const logits = tf.matMul(unitRows(f(image)), unitRows(centres), false, true).mul(16);
        return tf.losses.softmaxCrossEntropy(tf.oneHot(person, PEOPLE), logits);
      },
    );
  },
};
