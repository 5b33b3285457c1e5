import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@id3/core';
import { selectEngine } from '@id3/engine';
import { beforeAll, expect, it } from 'vitest';
import {
  PLAIN_SAMPLER,
  loadDiffusion,
  loadRecogniser,
  randomDirections,
  imageSampler,
  pixelsOf,
  trainDiffusion,
  trainRecogniser,
  type DiffusionOptions,
  type Id3Model,
  type SamplerOptions,
} from '../index.ts';
import { TINY_DIFFUSION, TINY_RECOGNISER, colourDataset, temporaryFolder } from '../testing.ts';

// Guidance with the real networks, trained for a moment on people who are colours.

const SIZE = 16;
const IMAGES = 64;
const diffusion: DiffusionOptions = {
  ...TINY_DIFFUSION,
  seed: 1,
  training: { ...TINY_DIFFUSION.training, steps: 60, batchSize: 8 },
};

let model: Id3Model;
beforeAll(async () => {
  await selectEngine();
  const dataset = colourDataset(8, 8, SIZE);
  const folder = temporaryFolder();
  const hooks = (name: string) => ({
    log: () => {},
    checkpoint: { path: join(folder, name), everySeconds: 1e9 },
  });
  await trainRecogniser(TINY_RECOGNISER, dataset, 1, hooks('f'));
  const f = loadRecogniser(join(folder, 'f'));
  await trainDiffusion(diffusion, { dataset, f }, hooks('unet'));
  model = { ...loadDiffusion(join(folder, 'unet'), f.embeddingSize), f };
});

/** yᵀf(x0) of images sampled from the same y and start noise, whatever the options. */
async function cosines(changes: Partial<SamplerOptions>): Promise<Float32Array> {
  const sampler: SamplerOptions = {
    kind: 'ddim',
    steps: 10,
    spacing: 'uniform',
    guidance: 0,
    gradient: 'full',
    clip: true,
    kappa: 'paper',
    freeY: 0,
    freeS: 0,
    ...changes,
  };
  const d = model.f.embeddingSize;
  const plans = Array.from({ length: IMAGES }, (_, i) => ({
    label: i,
    age: 40,
    yaw: 0,
    y: randomDirections(1, d, new Rng(1, 'y', i)),
  }));
  const sampleImages = imageSampler(model, sampler, SIZE, 1);
  const pixels = await sampleImages(
    plans,
    plans.map((_, i) => `image ${i}`),
  );
  const result = tf.tidy(() => {
    const images = tf.tensor4d(
      Float32Array.from(pixels, (v) => v / 127.5 - 1),
      [IMAGES, SIZE, SIZE, 3],
    );
    const y = tf.tensor2d(Float32Array.from(plans.flatMap((plan) => [...plan.y])), [IMAGES, d]);
    return model.f.embedUnit(images).mul(y).sum(1);
  });
  const values = (await result.data()) as Float32Array;
  result.dispose();
  return values;
}

/** The paired differences: their median, and how many of them are positive. */
function gain(guided: Float32Array, free: Float32Array): { median: number; share: number } {
  const differences = guided.map((value, i) => value - free[i]).sort();
  return {
    median: (differences[IMAGES / 2 - 1] + differences[IMAGES / 2]) / 2,
    share: differences.filter((d) => d > 0).length / IMAGES,
  };
}

it.each<[string, Partial<SamplerOptions>]>([
  ['DDIM, through the U-Net', {}],
  ['DDIM, stopped at ε_θ', { gradient: 'stopped' }],
  ['ancestral, through the U-Net', { kind: 'ancestral' }],
])('guidance raises yᵀf(x0) of most images, the more the heavier it is: %s', async (_name, options) => {
  const free = await cosines({ ...options, guidance: 0 });
  // Heavy, for networks that learnt for a moment have gentle gradients
  const light = gain(await cosines({ ...options, guidance: 20 }), free);
  const heavy = gain(await cosines({ ...options, guidance: 100 }), free);
  // A sign test at three standard errors: few images gain most, so that a mean tells less
  const chance = 0.5 + 3 * Math.sqrt(0.25 / IMAGES);
  expect(heavy.share).toBeGreaterThan(chance);
  expect(light.share).toBeGreaterThan(chance);
  expect(heavy.median).toBeGreaterThan(light.median);
});

it('images with weights of their own are those of samplers with these weights, and one compiled step serves all', async () => {
  const base: SamplerOptions = {
    kind: 'ddim',
    steps: 4,
    spacing: 'uniform',
    guidance: 20,
    gradient: 'full',
    clip: true,
    kappa: 'paper',
    freeY: 0.5,
    freeS: 1,
  };
  const y = randomDirections(1, model.f.embeddingSize, new Rng(1, 'y'));
  const plan = { label: 0, age: 40, yaw: 0, y };
  const weights = [
    { guidance: 5, freeY: 0.2, freeS: 2 },
    { guidance: 80, freeY: 1, freeS: 0.3 },
  ];
  const compiled = new Map<string, unknown>();
  const together = await imageSampler(
    { ...model, compiled },
    base,
    SIZE,
    1,
  )(
    weights.map((own) => ({ ...plan, weights: own })),
    ['a', 'b'],
  );
  const alone = await Promise.all(
    weights.map(async (own, k) => {
      // Both of the batch, for an engine may sum another number of images in another order.
      const pixels = await imageSampler(
        { ...model, compiled },
        { ...base, ...own },
        SIZE,
        1,
      )([plan, plan], ['a', 'b']);
      return pixels.subarray((k * pixels.length) / 2, ((k + 1) * pixels.length) / 2);
    }),
  );
  expect(compiled.size).toBe(1);
  expect(Buffer.concat(alone).equals(Buffer.from(together))).toBe(true);
});

it('an image is a function of its name and plan; of the batch it is in, by a grey level at most', async () => {
  const names = Array.from({ length: 8 }, (_, i) => `image ${i}`);
  const plans = names.map((_, i) => ({
    label: i,
    age: 20 + 5 * i,
    yaw: 0,
    y: randomDirections(1, model.f.embeddingSize, new Rng(1, 'y', i)),
  }));
  const sampleImages = imageSampler(model, { ...PLAIN_SAMPLER, kind: 'ancestral', guidance: 5 }, SIZE, 1);
  const whole = await sampleImages(plans, names);
  for (const batch of [1, 3]) {
    const parts: Uint8Array[] = [];
    for (let k = 0; k < plans.length; k += batch)
      parts.push(await sampleImages(plans.slice(k, k + batch), names.slice(k, k + batch)));
    const differences = Array.from(Buffer.concat(parts), (v, i) => Math.abs(v - whole[i]));
    expect(differences).toHaveLength(whole.length);
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
  }
});

it('is heard of step by step with its x̂0, and ends where the listener throws, leaving no tensor', async () => {
  const options: SamplerOptions = {
    kind: 'dpm++',
    steps: 5,
    spacing: 'uniform',
    guidance: 0,
    gradient: 'full',
    clip: true,
    kappa: 'paper',
    freeY: 0,
    freeS: 0,
  };
  const plan = { label: 0, y: randomDirections(1, model.f.embeddingSize, new Rng(2, 'y')) };
  const sample = imageSampler(model, options, SIZE, 1);
  const seen: Uint8Array[] = [];
  const last = await sample([plan], ['a'], async (_step, report) => void seen.push(await pixelsOf(report)));
  expect(seen).toHaveLength(5);
  // The last step goes to its x̂0.
  expect(seen[4]).toEqual(last);
  const before = tf.memory().numTensors;
  const stopped = sample([plan], ['a'], (step) => {
    if (step === 2) throw new Error('enough');
  });
  await expect(stopped).rejects.toThrow('enough');
  expect(tf.memory().numTensors).toBe(before);
});
