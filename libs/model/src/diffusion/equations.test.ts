import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@id3/core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  Recogniser,
  UNet,
  addNoise,
  denoisingGradient,
  idPreservingLoss,
  lambdaKappa,
  lossTerms,
  noiseSchedule,
  predictNoise,
  predictions,
  readX0,
  readingOf,
  timeTensors,
  valueAndGradients,
  type Prediction,
  type UNetOptions,
} from '../index.ts';
import { TINY_DIFFUSION, TINY_RECOGNISER } from '../testing.ts';

/** Ten seconds of a machine that does nothing else, in milliseconds of one that runs all suites at once. */
const BUSY = 240_000;

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
  const s = tf.tensor2d([0.3, -0.5, 1, 0.7, 0.1, 1], [2, 3]);
  const time = timeTensors(schedule, prediction, Int32Array.of(100, 500));
  const loss = () => {
    const terms = lossTerms({
      network: (xt, t) => unet.forward(xt, t, y, s),
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
      const xt = addNoise(
        x0,
        randn([1, 1, n, 1], `q${t}`),
        timeTensors(schedule, 'epsilon', Int32Array.of(t)),
      );
      const { mean, variance } = tf.moments(xt);
      const sigma2 = 1 - schedule.alphaBar[t];
      const expected = 0.7 * Math.sqrt(schedule.alphaBar[t]);
      expect(Math.abs(mean.dataSync()[0] - expected)).toBeLessThan(5 * Math.sqrt(sigma2 / n) + 1e-6);
      expect(Math.abs(variance.dataSync()[0] / sigma2 - 1)).toBeLessThan(5 * Math.sqrt(2 / n) + 1e-3);
    }
  });

  it('is undone by the prediction of the noise from the true x0', () => {
    const x0 = randn([2, 4, 4, 3], 'x0');
    const noise = randn([2, 4, 4, 3], 'noise');
    const time = timeTensors(schedule, 'epsilon', Int32Array.of(1, 600));
    const back = predictNoise(addNoise(x0, noise, time), x0, time).dataSync();
    // At t = 1 the noise has a hundredth of its size in x_t.
    noise.dataSync().forEach((value, i) => expect(back[i]).toBeCloseTo(value, 3));
  });
});

describe('the ID-preserving loss', () => {
  beforeAll(async () => void (await tf.setBackend('cpu')));

  it('is the sum of its terms, each as Eq. 3 has it', () => {
    const time = timeTensors(schedule, 'epsilon', Int32Array.of(1, 400));
    const terms = { noise: tf.tensor1d([0.3, 0.5]), cosine: tf.tensor1d([0.2, 0.8]) };
    const parts = idPreservingLoss(terms, time, 1);
    const identity = -(0.2 * lambdaKappa(1, 1000) + 0.8 * lambdaKappa(400, 1000)) / 2;
    expect(parts.noise.dataSync()[0]).toBeCloseTo(0.25, 6);
    expect(parts.reconstruction.dataSync()[0]).toBeCloseTo(0.15, 6);
    expect(parts.identity.dataSync()[0]).toBeCloseTo(identity, 6);
    expect(parts.loss.dataSync()[0]).toBeCloseTo(0.4 + identity, 6);
  });

  it.each([
    ['crossAttention', 'x0'],
    ['time', 'edm'],
  ] as const)(
    'has the gradient of finite differences (%s, %s)',
    (conditioning, prediction) => {
      const { unet, loss } = smallProblem(conditioning, prediction, smoothF);
      checkGradients(unet, () => loss().loss);
    },
    BUSY,
  );

  it(
    'has the gradient of finite differences through a real f, in its identity term',
    () => {
      const f = new Recogniser(TINY_RECOGNISER.network, 8, 3);
      const { unet, loss } = smallProblem('time', 'x0', (images) => f.embedUnit(images));
      const size = checkGradients(unet, () => loss().identity);
      // It is no small thing: what is checked is not within the tolerance of nothing.
      expect(size).toBeGreaterThan(1);
    },
    BUSY,
  );

  it.each(predictions)('is zero for a network that knows the answer (%s)', (prediction) => {
    const time = timeTensors(schedule, prediction, Int32Array.of(30, 900));
    const x0 = randn([2, 8, 8, 3], 'x0');
    const noise = randn([2, 8, 8, 3], 'noise');
    const { sqrtAlphaBar, sqrtOneMinusAlphaBar } = time;
    const alpha = sqrtAlphaBar.square();
    // Each in the words of its paper, not by the coefficients that are tested.
    const answers: Record<Prediction, () => tf.Tensor> = {
      epsilon: () => noise,
      x0: () => x0,
      v: () => noise.mul(sqrtAlphaBar).sub(x0.mul(sqrtOneMinusAlphaBar)),
      edm() {
        const sigma = tf.sub(1, alpha).div(alpha).sqrt();
        const noised = x0.add(noise.mul(sigma));
        const total = sigma.square().add(0.25);
        const skip = tf.div(0.25, total);
        return x0.sub(noised.mul(skip)).div(sigma.mul(0.5).div(total.sqrt()));
      },
    };
    const y = smoothF(x0);
    const network = answers[prediction] as () => tf.Tensor4D;
    const terms = lossTerms({ network, embed: smoothF, x0, noise, y, time });
    expect(Math.max(...terms.noise.dataSync())).toBeLessThan(1e-6);
    // x̂0 is then x0, of which y is the embedding.
    terms.cosine.dataSync().forEach((cosine) => expect(cosine).toBeCloseTo(1, 3));
  });

  it('weights the error of x̂0 by 1/(1-ᾱ), at most 5', () => {
    const time = timeTensors(schedule, 'x0', Int32Array.of(30, 900));
    const x0 = tf.fill([2, 8, 8, 3], 0.5) as tf.Tensor4D;
    const noise = randn([2, 8, 8, 3], 'noise');
    const network = () => tf.fill([2, 8, 8, 3], 0.3) as tf.Tensor4D;
    const y = tf.zeros<tf.Rank.R2>([2, 4]);
    const [early, late] = lossTerms({ network, x0, noise, y, time }).noise.dataSync();
    expect(early).toBeCloseTo(0.04 * 5, 5);
    expect(late).toBeCloseTo(0.04 / (1 - schedule.alphaBar[900]), 5);
  });

  it.each(predictions)('tells the size of its gradient at x̂0 (%s)', (prediction) => {
    const time = timeTensors(schedule, prediction, Int32Array.of(30, 600));
    const [x0, noise] = [randn([2, 8, 8, 3], 'x0'), randn([2, 8, 8, 3], 'noise')];
    const F = randn([2, 8, 8, 3], 'F');
    const y = tf.zeros<tf.Rank.R2>([2, 4]);
    // The loss as a function of x̂0, from which F follows.
    const xt = addNoise(x0, noise, time);
    const asFunction = (predicted: tf.Tensor4D) => {
      const network = () => predicted.sub(xt.mul(time.skip)).div<tf.Tensor4D>(time.output);
      return lossTerms({ network, x0, noise, y, time }).noise.mean() as tf.Scalar;
    };
    const predicted = readX0(() => F, xt, time);
    const expected = tf
      .grad(asFunction as (x: tf.Tensor) => tf.Tensor)(predicted)
      .norm()
      .dataSync()[0];
    const terms = lossTerms({ network: () => F, x0, noise, y, time });
    expect(denoisingGradient(terms, time, 8 * 8 * 3).dataSync()[0] / expected).toBeCloseTo(1, 3);
  });

  it('leaves f out where its weight is 0', () => {
    const time = timeTensors(schedule, 'epsilon', Int32Array.of(10));
    const x0 = randn([1, 8, 8, 3], 'x0');
    const y = tf.zeros<tf.Rank.R2>([1, 4]);
    expect(lossTerms({ network: (xt) => xt, x0, noise: x0, y, time }).cosine.dataSync()[0]).toBe(0);
  });
});

describe('the reading of the network', () => {
  it('copies x_t at no noise, and trusts the network alone where there is nothing but noise', () => {
    for (const prediction of ['v', 'edm'] as const) {
      const [clean, noisy] = [readingOf(prediction, 1 - 1e-10, 1), readingOf(prediction, 1e-10, 1000)];
      expect(clean.skip).toBeCloseTo(1, 4);
      expect(Math.abs(clean.output)).toBeLessThan(1e-4);
      expect(noisy.skip).toBeLessThan(1e-4);
      // Of EDM the spread of the data: what an estimate of the mean face may err by.
      expect(Math.abs(noisy.output)).toBeCloseTo(prediction === 'v' ? 1 : 0.5, 4);
    }
  });
  it('of EDM gives the network inputs and targets of unit variance for data of deviation ½', () => {
    for (const alphaBar of [0.999, 0.7, 0.2, 0.001]) {
      const { input, skip, output } = readingOf('edm', alphaBar, 1);
      const variance = 0.25 * alphaBar + 1 - alphaBar;
      expect(input ** 2 * variance).toBeCloseTo(1, 12);
      // x0 - skip·x_t = (1 - skip·√ᾱ)·x0 - skip·√(1-ᾱ)·ε
      const target = (1 - skip * Math.sqrt(alphaBar)) ** 2 * 0.25 + skip ** 2 * (1 - alphaBar);
      expect(target / output ** 2).toBeCloseTo(1, 12);
    }
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
