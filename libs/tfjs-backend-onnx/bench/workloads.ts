import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs';
import { adamW, Weights, type Image } from './layers.ts';
import { iresnet, unet, unitRows, type IResNetSizes, type UNetSizes } from './networks.ts';

export type Workload = 'diffusion' | 'sampling' | 'recogniser';

/** Networks and batches of the profile `quick`; torch_bench.py reads the same file. */
export const QUICK = JSON.parse(readFileSync(join(import.meta.dirname, 'quick.json'), 'utf8')) as {
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
export type Step = (step: number) => Promise<number[]>;

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

/** Reads the result of a step and frees it: the step boundary. */
async function finish(result: tf.Tensor): Promise<number[]> {
  const values = Array.from((await result.data()).slice(0, 8));
  result.dispose();
  return values;
}

/** A step of AdamW. */
export function minimise(weights: Weights, loss: (step: number) => tf.Scalar): Step {
  const optimise = adamW(weights.all, 1e-3);
  return async (step) =>
    finish(
      tf.tidy(() => {
        const { value, grads } = tf.variableGrads(() => loss(step), weights.all);
        optimise(
          weights.all.map((w) => grads[w.name]),
          step,
        );
        return value;
      }),
    );
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
    return minimise(w, (step) => {
      const noise = image(2 * step);
      const x0 = image(2 * step + 1);
      const y = f(x0);
      const xt = x0.add<Image>(noise);
      const predicted = network(xt, times(batch, step), tf.concat2d([y, attributes(step)], 1));
      const identity = f(xt.sub(predicted)).mul(y).sum(1).mean();
      return tf.squaredDifference(noise, predicted).mean<tf.Scalar>().sub(identity);
    });
  },
  /** One guided sampling step: the gradient of a similarity through recogniser and U-Net. */
  sampling: (batch) => {
    const w = new Weights();
    const network = unet(w, QUICK.unet, CONDITIONS);
    w.freeze();
    const f = frozenRecogniser();
    const [anchors, attributes] = [rows(batch, QUICK.f.embeddingSize), rows(batch, ATTRIBUTES)];
    let x = images(batch)(0);
    return async (step) => {
      const next = tf.tidy((): Image => {
        const y = unitRows(anchors(step));
        const [t, condition] = [times(batch, step), tf.concat2d([y, attributes(step)], 1)];
        const [a, b] = [tf.scalar(Math.cos(step)), tf.scalar(Math.sin(step))];
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
        return moved as Image;
      });
      x.dispose();
      x = next;
      return Array.from((await x.data()).slice(0, 8));
    };
  },
  /** A recogniser learns people. */
  recogniser: (batch) => {
    const w = new Weights();
    const f = iresnet(w, QUICK.recogniser, SIZE, true);
    const centres = w.draw([PEOPLE, QUICK.recogniser.embeddingSize], 0.1) as tf.Tensor as tf.Tensor2D;
    const image = images(batch);
    return minimise(w, (step) => {
      const people = Int32Array.from({ length: batch }, (_, i) => (i * 37 + step * 11) % PEOPLE);
      const labels = tf.oneHot(tf.tensor1d(people, 'int32'), PEOPLE);
      const logits = tf.matMul(unitRows(f(image(step))), unitRows(centres), false, true).mul(16);
      return tf.losses.softmaxCrossEntropy(labels, logits);
    });
  },
};
