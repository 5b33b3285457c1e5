import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@id3/core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  Recogniser,
  UNet,
  addNoise,
  idPreservingLoss,
  lambdaKappa,
  lossTerms,
  noiseSchedule,
  predictX0,
  timeTensors,
  valueAndGradients,
  type Prediction,
  type UNetOptions,
} from '../index.ts';
import { TINY_DIFFUSION, TINY_RECOGNISER } from '../testing.ts';

const schedule = noiseSchedule('linear', 1000);
const randn = (shape: number[], name: string) =>
  tf.tensor(new Rng(5, name).normals(tf.util.sizeFromShape(shape)), shape) as tf.Tensor as tf.Tensor4D;

/** A stand-in for f that is smooth and not linear, so that its part of the gradient is not trivial. */
const smoothF = (images: tf.Tensor4D): tf.Tensor2D => {
  const features = tf.tanh(
    images
      .reshape<tf.Tensor2D>([images.shape[0], -1])
      .matMul(randn([192, 4], 'f').mul<tf.Tensor>(0.1) as tf.Tensor2D),
  );
  return features.div(features.norm(2, 1, true)) as tf.Tensor2D;
};

/** A U-Net on two 8×8 images, none of its weights at zero, with the loss that f's term dominates. */
function smallProblem(
  conditioning: UNetOptions['conditioning'],
  prediction: Prediction,
  f: (images: tf.Tensor4D) => tf.Tensor2D,
) {
  const unet = new UNet({ ...TINY_DIFFUSION.unet, conditioning }, 4, 1);
  // Layers that start at zero would hide what lies behind them.
  for (const [name, w] of unet.scope.weights)
    w.assign(randn(w.shape, name).mul<tf.Tensor>(0.2).add(w.mul(0.5)));
  const x0 = randn([2, 8, 8, 3], 'x0').mul<tf.Tensor4D>(0.5);
  const noise = randn([2, 8, 8, 3], 'noise');
  const y = f(x0);
  const s = tf.tensor2d([0.3, -0.5, 0.7, 0.1], [2, 2]);
  const time = timeTensors(schedule, Int32Array.of(100, 500));
  const loss = () => {
    const terms = lossTerms({
      network: (xt, t) => unet.forward(xt, t, y, s),
      prediction,
      embed: f,
      x0,
      noise,
      y,
      time,
    });
    return idPreservingLoss(terms, time, 20);
  };
  return { unet, loss };
}

/**
 * Compares the directional derivative along the sign of the gradient, for each weight tensor, with central differences.
 * Gives the largest of them.
 */
function checkGradients(unet: UNet, loss: () => tf.Scalar): number {
  const names = [...unet.scope.weights.keys()];
  const weights = [...unet.scope.weights.values()];
  const { gradients } = valueAndGradients(loss, weights);
  const sizes = weights.map((w, k) => {
    const direction = tf.sign(gradients[k]);
    const start = w.clone();
    const at = (h: number) => {
      w.assign(start.add(direction.mul(h)));
      return loss().dataSync()[0];
    };
    const analytic = gradients[k].abs().sum().dataSync()[0];
    // So small that the loss moves by no more than 0.001, within which it is straight
    const h = Math.min(2e-4, 1e-3 / analytic);
    const numeric = (at(h) - at(-h)) / (2 * h);
    w.assign(start);
    expect(Math.abs(numeric - analytic), names[k]).toBeLessThan(0.02 * Math.abs(analytic) + 5e-3);
    return analytic;
  });
  return Math.max(...sizes);
}

describe('the forward process', () => {
  beforeAll(async () => void (await tf.setBackend('cpu')));

  it('has mean √ᾱ x0 and variance 1-ᾱ', () => {
    const n = 60_000;
    for (const t of [1, 300, 1000]) {
      const x0 = tf.fill([1, 1, n, 1], 0.7) as tf.Tensor4D;
      const xt = addNoise(x0, randn([1, 1, n, 1], `q${t}`), timeTensors(schedule, Int32Array.of(t)));
      const { mean, variance } = tf.moments(xt);
      const sigma2 = 1 - schedule.alphaBar[t];
      const expected = 0.7 * Math.sqrt(schedule.alphaBar[t]);
      expect(Math.abs(mean.dataSync()[0] - expected)).toBeLessThan(5 * Math.sqrt(sigma2 / n) + 1e-6);
      expect(Math.abs(variance.dataSync()[0] / sigma2 - 1)).toBeLessThan(5 * Math.sqrt(2 / n) + 1e-3);
    }
  });

  it('is inverted by the prediction of x0 from the true noise', () => {
    const x0 = randn([2, 4, 4, 3], 'x0');
    const noise = randn([2, 4, 4, 3], 'noise');
    const time = timeTensors(schedule, Int32Array.of(1, 600));
    const back = predictX0(addNoise(x0, noise, time), noise, time).dataSync();
    x0.dataSync().forEach((value, i) => expect(back[i]).toBeCloseTo(value, 3));
  });
});

describe('the ID-preserving loss', () => {
  beforeAll(async () => void (await tf.setBackend('cpu')));

  it('is the sum of its terms, each as Eq. 3 has it', () => {
    const time = timeTensors(schedule, Int32Array.of(1, 400));
    const terms = { noise: tf.tensor1d([0.3, 0.5]), cosine: tf.tensor1d([0.2, 0.8]) };
    const parts = idPreservingLoss(terms, time, 1);
    const identity = -(0.2 * lambdaKappa(1, 1000) + 0.8 * lambdaKappa(400, 1000)) / 2;
    expect(parts.noise.dataSync()[0]).toBeCloseTo(0.25, 6);
    expect(parts.reconstruction.dataSync()[0]).toBeCloseTo(0.15, 6);
    expect(parts.identity.dataSync()[0]).toBeCloseTo(identity, 6);
    expect(parts.loss.dataSync()[0]).toBeCloseTo(0.4 + identity, 6);
  });

  it.each([
    ['time', 'epsilon'],
    ['crossAttention', 'x0'],
  ] as const)('has the gradient of finite differences (%s, %s)', (conditioning, prediction) => {
    const { unet, loss } = smallProblem(conditioning, prediction, smoothF);
    checkGradients(unet, () => loss().loss);
  });

  it('has the gradient of finite differences through a real f, in its identity term', () => {
    const f = new Recogniser(TINY_RECOGNISER.network, 8, 3);
    const { unet, loss } = smallProblem('time', 'x0', (images) => f.embedUnit(images));
    const size = checkGradients(unet, () => loss().identity);
    // It is no small thing: what is checked is not within the tolerance of nothing.
    expect(size).toBeGreaterThan(1);
  });

  it('is zero for a network that knows the answer, whatever it predicts', () => {
    const time = timeTensors(schedule, Int32Array.of(30, 900));
    const x0 = randn([2, 8, 8, 3], 'x0');
    const noise = randn([2, 8, 8, 3], 'noise');
    for (const [prediction, answer] of [
      ['epsilon', () => noise],
      ['x0', () => x0],
    ] as const) {
      const y = smoothF(x0);
      const terms = lossTerms({ network: answer, prediction, embed: smoothF, x0, noise, y, time });
      expect(Math.max(...terms.noise.dataSync())).toBeLessThan(1e-10);
      // x̂0 is then x0, of which y is the embedding.
      terms.cosine.dataSync().forEach((cosine) => expect(cosine).toBeCloseTo(1, 3));
    }
  });

  it('weights the error of x̂0 by 1/(1-ᾱ), at most 5', () => {
    const time = timeTensors(schedule, Int32Array.of(30, 900));
    const x0 = tf.fill([2, 8, 8, 3], 0.5) as tf.Tensor4D;
    const noise = randn([2, 8, 8, 3], 'noise');
    const network = () => tf.fill([2, 8, 8, 3], 0.3) as tf.Tensor4D;
    const y = tf.zeros<tf.Rank.R2>([2, 4]);
    const [early, late] = lossTerms({ network, prediction: 'x0', x0, noise, y, time }).noise.dataSync();
    expect(early).toBeCloseTo(0.04 * 5, 5);
    expect(late).toBeCloseTo(0.04 / (1 - schedule.alphaBar[900]), 5);
  });

  it('leaves f out where its weight is 0', () => {
    const time = timeTensors(schedule, Int32Array.of(10));
    const x0 = randn([1, 8, 8, 3], 'x0');
    const terms = lossTerms({
      network: (xt) => xt,
      prediction: 'epsilon',
      x0,
      noise: x0,
      y: tf.zeros([1, 4]),
      time,
    });
    expect(terms.cosine.dataSync()[0]).toBe(0);
  });
});

describe('noiseSchedule', () => {
  it('has the published end of the linear schedule', () => {
    const { alphaBar } = noiseSchedule('linear', 1000);
    expect(alphaBar[1]).toBeCloseTo(1 - 1e-4, 12);
    // Π (1-β) of DDPM's linear schedule, quoted as 4.04e-5 by improved-diffusion
    expect(alphaBar[1000]).toBeCloseTo(4.0358e-5, 8);
  });
  it('follows the cosine schedule where β is not clipped', () => {
    const { alphaBar } = noiseSchedule('cosine', 1000);
    const f = (t: number) => Math.cos(((t / 1000 + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
    for (const t of [1, 100, 500, 900]) expect(alphaBar[t]).toBeCloseTo(f(t) / f(0), 10);
  });
  it.each(['linear', 'cosine'] as const)('%s falls from 1 to nearly 0', (kind) => {
    const { alphaBar } = noiseSchedule(kind, 200);
    expect(alphaBar[0]).toBe(1);
    for (let t = 1; t <= 200; t++) expect(alphaBar[t]).toBeLessThan(alphaBar[t - 1]);
    expect(alphaBar[200]).toBeLessThan(1e-3);
  });
});

it('λκ has the ends that the paper states', () => {
  expect(lambdaKappa(0, 1000)).toBe(0.25);
  expect(lambdaKappa(1000, 1000)).toBeCloseTo(0.1345, 4);
});
