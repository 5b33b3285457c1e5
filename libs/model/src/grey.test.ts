import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Rng } from '@id3/core';
import { withChannels } from '@id3/data';
import { selectEngine } from '@id3/engine';
import { styleOf } from './diffusion/style.ts';
import { loadDiffusion, trainDiffusion } from './diffusion/train.ts';
import { planImage, imageSampler } from './generation/generate.ts';
import { randomDirections } from './generation/anchors.ts';
import { embedDataset, embedWith } from './recogniser/embed.ts';
import { FaceApiRecogniser } from './recogniser/face-api.ts';
import { loadRecogniser, trainRecogniser } from './recogniser/train.ts';
import { whitened } from './recogniser/whitening.ts';
import { Recogniser } from './recogniser/iresnet.ts';
import {
  TINY_DIFFUSION,
  TINY_GENERATION,
  TINY_RECOGNISER,
  colourDataset,
  temporaryFolder,
} from './testing.ts';

// Compiling takes most of the time.
vi.setConfig({ testTimeout: 300_000 });
beforeAll(async () => void (await selectEngine('onnx', { threads: 1 })));

const SIZE = 16;
const colour = colourDataset(6, 4, SIZE);
const grey = withChannels(colour, 1);
const hooks = (path: string) => ({ log: () => {}, checkpoint: { path, everySeconds: 1e9 } });
const few = { ...TINY_RECOGNISER, training: { ...TINY_RECOGNISER.training, steps: 2 } };

describe('a recogniser of grey images', () => {
  it('takes one channel, keeps that in its checkpoint, and sees colours as grey', async () => {
    const path = join(temporaryFolder(), 'grey');
    const trained = await trainRecogniser(few, grey, 1, hooks(path));
    const loaded = loadRecogniser(path);
    for (const one of [trained, loaded, await whitened(loaded, grey, 2)]) {
      expect(one.channels).toBe(1);
      expect(one.scope.tensors()['stem.conv.kernel'].shape[2]).toBe(1);
    }
    const own = await embedDataset(embedWith(loaded), grey, { batchSize: 8 });
    expect(await embedDataset(embedWith(loaded), colour, { batchSize: 8 })).toEqual(own);
  });

  it('is not one of colours, who sees grey images as three equal channels', async () => {
    const recogniser = new Recogniser(few.network, SIZE, 1);
    const own = await embedDataset(embedWith(recogniser), withChannels(grey, 3));
    expect(await embedDataset(embedWith(recogniser), grey)).toEqual(own);
    expect(await embedDataset(embedWith(recogniser), colour)).not.toEqual(own);
  });
});

it("face-api's network and its gradient take a grey value three times", async () => {
  const f = new FaceApiRecogniser();
  const x = tf.tensor4d(
    new Rng(1, 'x').normals(2 * SIZE ** 2).map((v) => v / 3),
    [2, SIZE, SIZE, 1],
  );
  const three = (images: tf.Tensor4D) => tf.concat([images, images, images], 3);
  const apart = async (a: tf.Tensor, b: tf.Tensor) => Math.max(...(await a.sub(b).abs().data()));
  expect(await apart(f.embedUnit(x), f.embedUnit(three(x)))).toBeLessThan(1e-5);
  const slope = (see: (images: tf.Tensor4D) => tf.Tensor4D) =>
    tf.grad((images) =>
      f
        .embedUnit(see(images as tf.Tensor4D))
        .slice([0, 0], [2, 1])
        .sum(),
    )(x);
  const gradient = slope((images) => images);
  expect(gradient.shape).toEqual(x.shape);
  expect(await apart(gradient, slope(three))).toBeLessThan(1e-4 * Math.max(...(await gradient.abs().data())));
});

it('a denoising network of grey images is trained, kept and sampled in one channel', async () => {
  const path = join(temporaryFolder(), 'diffusion');
  const f = new Recogniser({ ...few.network, embeddingSize: 8 }, SIZE, 2, 1);
  const options = { ...TINY_DIFFUSION, training: { ...TINY_DIFFUSION.training, steps: 2 } };
  await trainDiffusion(options, { dataset: grey, f }, hooks(path));
  const model = { ...loadDiffusion(path, 8), f };
  expect(model.unet.channels).toBe(1);
  const sample = imageSampler(model, { ...TINY_GENERATION.sampler, guidance: 1 }, SIZE, 1);
  const anchor = randomDirections(1, 8, new Rng(1));
  const pixels = await sample([planImage(TINY_GENERATION, { anchor, i: 0, j: 0 })], ['a']);
  expect(pixels).toHaveLength(SIZE ** 2);
  expect(new Set(pixels).size).toBeGreaterThan(1);
});

it('the style of a grey image is that of three equal channels', () => {
  const image = new Rng(1, 'image').normals(SIZE ** 2);
  const three = Array.from(image).flatMap((v) => [v, v, v]);
  expect(styleOf(image, [SIZE, SIZE])).toEqual(styleOf(three, [SIZE, SIZE]));
});
