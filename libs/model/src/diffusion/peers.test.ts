import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { Rng, mean } from '@id3/core';
import { imagesToFloat } from '@id3/data';
import { selectEngine } from '@id3/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  PLAIN_SAMPLER,
  Recogniser,
  STYLE_SIZE,
  contextualPartialDropout,
  identitiesOf,
  imageSampler,
  loadCheckpoint,
  loadDiffusion,
  makePeerInputs,
  othersOf,
  planImage,
  randomDirections,
  readX0,
  styleOf,
  timeTensors,
  trainDiffusion,
  type DiffusionOptions,
} from '../index.ts';
import { TINY_DIFFUSION, TINY_GENERATION, colourDataset, temporaryFolder } from '../testing.ts';

beforeAll(async () => void (await selectEngine()));

const [SIZE, D] = [16, 8];
const dataset = colourDataset(4, 4, SIZE);
const image = SIZE * SIZE * 3;

describe('contextual partial dropout', () => {
  it.each([0.25, 0.5])('drops a component with probability %d and keeps the mean', (share) => {
    const n = 40_000;
    const factors = contextualPartialDropout(new Rng(1, 'components'), n, share);
    const dropped = factors.filter((factor) => factor === 0).length;
    expect(Math.abs(dropped - share * n)).toBeLessThan(5 * Math.sqrt(n * share * (1 - share)));
    for (const factor of factors) if (factor !== 0) expect(factor).toBeCloseTo(1 / (1 - share), 6);
    expect(Math.abs(mean(factors) - 1)).toBeLessThan(5 * Math.sqrt(share / (1 - share) / n));
    // Whether a component is dropped says nothing of the next.
    const pairs = factors.subarray(1).filter((factor, k) => factor === 0 && factors[k] === 0).length;
    expect(Math.abs(pairs / n - share ** 2)).toBeLessThan(0.015);
  });
});

it('another image is of the same person and not the same image, each as likely as the others', () => {
  const labels = [4, 7, 4, 9, 4, 7, 4];
  const otherOf = othersOf(labels);
  const rng = new Rng(2, 'others');
  const counts = new Map<number, number>();
  const n = 3000;
  for (let k = 0; k < n; k++)
    labels.forEach((label, i) => {
      const other = otherOf(i, rng);
      expect(labels[other]).toBe(label);
      if (label !== 9) expect(other).not.toBe(i);
      if (i === 0) counts.set(other, (counts.get(other) ?? 0) + 1);
    });
  // Person 9 has one image alone.
  expect(otherOf(3, rng)).toBe(3);
  expect([...counts.keys()].sort()).toEqual([2, 4, 6]);
  for (const count of counts.values())
    expect(Math.abs(count - n / 3)).toBeLessThan(5 * Math.sqrt((n * 2) / 9));
});

it('DCFace’s y comes from another image of the person, its ID loss’s target from both', () => {
  const [timesteps, step] = [100, 3];
  const indices = Int32Array.from({ length: 12 }, (_, b) => (5 * b) % dataset.count);
  const t = Int32Array.from(indices, (_, b) => 1 + 9 * b);
  const make = makePeerInputs({ seed: 1, dataset, d: D, timesteps, hideComponents: 0, yOfOthers: true });
  const { other, otherShare, components } = make({ step, indices }, t);
  expect(components).toBeUndefined();
  const pixels = other!.dataSync();
  indices.forEach((index, b) => {
    const row = pixels.slice(b * image, (b + 1) * image);
    const found = Array.from(dataset.labels, (_, i) => i).filter((i) =>
      imagesToFloat(dataset, [i]).every((value, k) => value === row[k]),
    );
    expect(found).toHaveLength(1);
    expect(found[0]).not.toBe(index);
    expect(dataset.labels[found[0]]).toBe(dataset.labels[index]);
  });
  expect(make({ step, indices }, t).other!.dataSync()).toEqual(pixels);

  const f = new Recogniser(
    { widths: [4, 4, 4, 4], blocks: [1, 1, 1, 1], embeddingSize: D, dropout: 0 },
    SIZE,
    1,
  );
  const x0 = tf.tensor4d(imagesToFloat(dataset, indices), [indices.length, SIZE, SIZE, 3]);
  const embed = (images: tf.Tensor4D) => f.embedUnit(images);
  const { y, target } = identitiesOf(embed, { x0, other, otherShare });
  const [own, theirs, mixed] = [embed(x0), embed(other!), target].map(
    (rows) => rows.arraySync() as number[][],
  );
  expect(y.arraySync()).toEqual(theirs);
  mixed.forEach((row, b) =>
    row.forEach((value, k) => {
      const share = t[b] / timesteps;
      expect(value).toBeCloseTo(share * theirs[b][k] + (1 - share) * own[b][k], 5);
    }),
  );
});

describe('the trainings of peers', () => {
  const f = () =>
    new Recogniser({ widths: [4, 4, 4, 4], blocks: [1, 1, 1, 1], embeddingSize: D, dropout: 0 }, SIZE, 1);
  const folder = temporaryFolder();

  /** Trains for a moment; gives the path of the model and the denoising loss of each step. */
  async function trained(
    name: string,
    training: Partial<DiffusionOptions['training']>,
    attributes: DiffusionOptions['unet']['attributes'] = [1, 1],
  ) {
    const path = join(folder, name);
    const losses: number[] = [];
    const options = {
      ...TINY_DIFFUSION,
      unet: { ...TINY_DIFFUSION.unet, attributes },
      training: { ...TINY_DIFFUSION.training, steps: 40, ...training },
    };
    await trainDiffusion(
      options,
      { dataset, f: f() },
      {
        log: (_step, metrics) => void losses.push(metrics['loss.noise']),
        checkpoint: { path, everySeconds: 1e9 },
      },
    );
    return { path, losses };
  }
  const falls = (losses: number[]) => mean(losses.slice(-10)) < 0.8 * mean(losses.slice(0, 10));

  it('IDiff-Face: without dropout the training is the one that there was, with it another whose loss falls', async () => {
    const short = { steps: 4 };
    const weights = async (name: string, training: Partial<DiffusionOptions['training']>) =>
      loadCheckpoint((await trained(name, { ...short, ...training })).path).tensors;
    const plain = await weights('plain', {});
    expect(await weights('none', { hideComponents: 0 })).toEqual(plain);
    expect(await weights('half', { hideComponents: 0.5 })).not.toEqual(plain);
    const { losses } = await trained('idiff-face', { hideComponents: 0.25, idLossWeight: 0 }, false);
    expect(falls(losses)).toBe(true);
  });

  it('DCFace: with style and another image’s y the loss falls, and the network looks at the style', async () => {
    const { path, losses } = await trained('dcface', { idLossWeight: 0.3 }, 'style');
    expect(falls(losses)).toBe(true);
    const model = { ...loadDiffusion(path, D), f: f() };
    const sample = imageSampler(model, { ...PLAIN_SAMPLER, steps: 2 }, SIZE, 1);
    const anchor = randomDirections(1, D, new Rng(1, 'y'));
    const plans = [0, 1].map((j) => planImage(TINY_GENERATION, { anchor, i: 0, j, styles: dataset }));
    const pixels = await sample([...plans, { label: 0, y: anchor }], ['a', 'a', 'a']);
    const [one, two, hidden] = [0, 1, 2].map((b) => pixels.subarray(b * image, (b + 1) * image));
    expect(one).not.toEqual(two);
    expect(one).not.toEqual(hidden);
  });

  it('with s hidden, an image is what the network makes of y and a row of zeros', async () => {
    const { path } = await trained('hidden', { steps: 8, hideS: 0.5 });
    const model = { ...loadDiffusion(path, D), f: f() };
    const anchor = randomDirections(1, D, new Rng(1, 'y'));
    const plan = planImage({ ...TINY_GENERATION, attributes: 'hidden' }, { anchor, i: 0, j: 0 });
    expect(plan).toEqual({ label: 0, y: plan.y });
    const shown = planImage(TINY_GENERATION, { anchor, i: 0, j: 0 });
    expect(shown.y).toEqual(plan.y);
    const seed = 3;
    const sample = imageSampler(model, { ...PLAIN_SAMPLER, steps: 1 }, SIZE, seed);
    const [pixels, others] = [await sample([plan], ['a']), await sample([shown], ['a'])];
    expect(pixels).not.toEqual(others);
    // One step of DDIM from T to 0 ends at x̂0.
    const time = timeTensors(model.schedule, model.prediction, Int32Array.of(model.schedule.timesteps));
    const xT = tf.tensor4d(new Rng(seed, 'sample', 'a', -1).normals(image), [1, SIZE, SIZE, 3]);
    const x0 = readX0(
      (input, t) => model.unet.forward(input, t, tf.tensor2d(plan.y, [1, D]), tf.zeros([1, 3])),
      xT,
      time,
    );
    x0.dataSync().forEach((value, k) => {
      const level = Math.max(0, Math.min(255, (value + 1) * 127.5));
      expect(Math.abs(pixels[k] - level)).toBeLessThan(0.5 + 1e-3);
    });
  });
});

it('a style is that of an image of the pool, whose age and yaw the plan has, and y is the same as without', () => {
  const anchor = randomDirections(1, D, new Rng(1, 'y'));
  const drawn = new Set<number>();
  for (let j = 0; j < 40; j++) {
    const plan = planImage(TINY_GENERATION, { anchor, i: 1, j, styles: dataset });
    expect(plan.y).toEqual(planImage(TINY_GENERATION, { anchor, i: 1, j }).y);
    expect(plan.style).toHaveLength(STYLE_SIZE);
    const from = Array.from(dataset.labels, (_, i) => i).find((i) =>
      styleOf(imagesToFloat(dataset, [i]), [SIZE, SIZE]).every((value, k) => value === plan.style![k]),
    )!;
    const { age, yaw } = dataset.record(from);
    expect({ age: plan.age, yaw: plan.yaw }).toEqual({ age, yaw });
    drawn.add(from);
  }
  expect(drawn.size).toBeGreaterThan(10); // of 16
});
