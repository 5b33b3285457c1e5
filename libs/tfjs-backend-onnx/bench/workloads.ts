import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs';
import { adamW, Weights, type Image } from './layers.ts';
import { iresnet, unet, unitRows } from './networks.ts';

const SIZES = { patch: 2, base: 48, multipliers: [1, 2], blocks: 2, heads: 4, groups: 8, condition: 64 };
const RECOGNISER = { image: 32, widths: [16, 32, 64, 128], blocks: [1, 1, 1, 1], embedding: 64 };
const IMAGE = 32;

/** One step; reads a few numbers at its end, as training and sampling loops do. */
export type Step = (step: number) => Promise<number[]>;

/** Standard normal values that a step takes, drawn before anything is measured: four sets in turn. */
function draws(...shape: number[]): (step: number) => tf.Tensor {
  const sets = [1, 2, 3, 4].map((seed) => tf.randomNormal(shape, 0, 1, 'float32', seed).arraySync());
  const flat = sets.map((set) => Float32Array.from((set as number[]).flat(shape.length as 1)));
  return (step) => tf.tensor(flat[step % flat.length].slice(), shape);
}
const images = (batch: number) => draws(batch, IMAGE, IMAGE, 3) as (step: number) => Image;
const conditions = (batch: number) => draws(batch, SIZES.condition) as (step: number) => tf.Tensor2D;

/** Reads the result of a step and frees it: the step boundary. */
async function finish(result: tf.Tensor): Promise<number[]> {
  const values = Array.from(await result.data());
  result.dispose();
  return values.slice(0, 8);
}

function minimise(weights: Weights, loss: (step: number) => tf.Scalar): Step {
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

/** The workloads by name; each builds its network and returns its step. */
export const WORKLOADS: Record<string, (batch: number) => Step> = {
  /** A U-Net learns to predict noise. */
  unet: (batch) => {
    const w = new Weights();
    const network = unet(w, SIZES);
    const [image, condition] = [images(batch), conditions(batch)];
    return minimise(w, (step) => {
      const noise = image(2 * step);
      const x = image(2 * step + 1).add<Image>(noise);
      return tf.squaredDifference(noise, network(x, condition(step))).mean();
    });
  },
  /** The same, with the identity loss through a frozen recogniser. */
  diffusion: (batch) => {
    const w = new Weights();
    const network = unet(w, SIZES);
    const f = iresnet(new Weights(), RECOGNISER, false);
    const image = images(batch);
    return minimise(w, (step) => {
      const noise = image(2 * step);
      const x0 = image(2 * step + 1);
      const y = unitRows(f(x0));
      const predicted = network(x0.add(noise), y);
      const identity = unitRows(f(x0.add<Image>(noise).sub(predicted)))
        .mul(y)
        .sum(1)
        .mean();
      return tf.squaredDifference(noise, predicted).mean<tf.Scalar>().sub(identity);
    });
  },
  /** One guided sampling step: the gradient of a similarity through recogniser and U-Net. */
  sampling: (batch) => {
    const network = unet(new Weights(), SIZES);
    const f = iresnet(new Weights(), RECOGNISER, false);
    const condition = conditions(batch);
    let x = images(batch)(0);
    return async (step) => {
      const next = tf.tidy((): Image => {
        const y = unitRows(condition(step));
        const [a, b] = [tf.scalar(Math.cos(step)), tf.scalar(Math.sin(step))];
        let epsilon: tf.Tensor | undefined;
        const score = tf.grad((xt) => {
          epsilon = tf.keep(network(xt as Image, y));
          return unitRows(f(xt.sub<Image>(epsilon.mul(b))))
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
  /** A recogniser learns classes. */
  recogniser: (batch) => {
    const w = new Weights();
    const f = iresnet(w, RECOGNISER, true);
    const centres = w.draw([100, RECOGNISER.embedding], 0.1) as tf.Tensor as tf.Tensor2D;
    const image = images(batch);
    return minimise(w, (step) => {
      const classes = Int32Array.from({ length: batch }, (_, i) => (i * 37 + step * 11) % 100);
      const labels = tf.oneHot(tf.tensor1d(classes, 'int32'), 100);
      const logits = tf.matMul(unitRows(f(image(step))), unitRows(centres), false, true).mul(16);
      return tf.losses.softmaxCrossEntropy(labels, logits);
    });
  },
};
