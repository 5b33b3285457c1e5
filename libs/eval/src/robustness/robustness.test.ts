import { Rng } from '@id3/core';
import type { Pair } from '@id3/data';
import { selectEngine } from '@id3/engine';
import { embedWith } from '@id3/model';
import type * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { benchmark } from '../testing.ts';
import { verify } from '../verify.ts';
import type { Condition } from './conditions.ts';
import { occlusion } from './corruptions.ts';
import { evenShare, verifyRobustness } from './robustness.ts';

const SEED = 5;
const ABOUT = { benchmark: 'b', seed: SEED };

/** The pixels themselves. */
const pixels = {
  embed: (images: tf.Tensor4D) => images.reshape([images.shape[0], 18]) as tf.Tensor2D,
};

/** A picture of 2×3 pixels plus its mirror image, on the unit sphere. */
function embedded(picture: Uint8Array): number[] {
  const image = Array.from(picture, (value) => value / 127.5 - 1);
  const sum = image.map(
    (value, k) => value + image[Math.floor(k / 9) * 9 + (2 - (Math.floor(k / 3) % 3)) * 3 + (k % 3)],
  );
  return sum.map((value) => value / Math.hypot(...sum));
}

const distance = (x: readonly number[], y: readonly number[]) =>
  x.reduce((total, value, k) => total + (value - y[k]) ** 2, 0);

describe('robustness', () => {
  beforeAll(async () => void (await selectEngine()));

  it('of clean pairs is the verification', async () => {
    const dataset = benchmark(1);
    const [clean, ...others] = await verifyRobustness(pixels, dataset, { ...ABOUT, conditions: [] });
    const { curves, slices, scores, ...want } = await verify(embedWith(pixels), dataset, ABOUT);
    expect(clean).toEqual(want);
    expect(others).toEqual([]);
  });

  it('judges disturbed second pictures at the thresholds that clean pairs chose', async () => {
    const dataset = benchmark(1);
    const conditions: Condition[] = [{ disturbance: 'occlusion', strength: 0.3 }];
    const [clean, occluded] = await verifyRobustness(pixels, dataset, { ...ABOUT, conditions });
    expect(occluded.benchmark).toBe('b occlusion 0.3');
    const right = async ({ a, b, same, fold }: Pair) => {
      const damaged = await occlusion(dataset.image(b), [2, 3], 0.3, new Rng(SEED, 'occlusion', b));
      return distance(embedded(dataset.image(a)), embedded(damaged)) < clean.folds[fold].threshold === same;
    };
    for (const { fold, accuracy, threshold } of occluded.folds) {
      const own = await Promise.all(dataset.pairs!.filter((pair) => pair.fold === fold).map(right));
      expect(accuracy).toBe(own.filter(Boolean).length / own.length);
      expect(threshold).toBe(clean.folds[fold].threshold);
    }
    expect(occluded.accuracy).toBeLessThan(clean.accuracy);
  });

  it('falls under attack, the more the larger ε, to nothing', async () => {
    const conditions = [4, 16, 128].map((strength): Condition => ({ disturbance: 'pgd', strength }));
    const results = await verifyRobustness(pixels, benchmark(0.6), { ...ABOUT, conditions });
    const accuracies = results.map(({ accuracy }) => accuracy);
    expect(accuracies).toEqual([...accuracies].sort((x, y) => y - x));
    expect(accuracies[0]).toBeGreaterThan(0.8);
    expect(accuracies[2]).toBeLessThan(accuracies[1]);
    expect(accuracies[3]).toBe(0);
  });

  it('does not depend on the batch size, and tells how far it is', async () => {
    const dataset = benchmark(1);
    const conditions: Condition[] = [
      { disturbance: 'noise', strength: 32 },
      { disturbance: 'pgd', strength: 8 },
    ];
    const done: number[] = [];
    const run = (batchSize: number) =>
      verifyRobustness(pixels, dataset, {
        ...ABOUT,
        conditions,
        batchSize,
        onCondition: (k, of) => done.push(k / of),
      });
    expect(await run(33)).toEqual(await run(1000));
    expect(done).toEqual([0.5, 1, 0.5, 1]);
  });

  it('attacks as many pairs of each fold and kind, the first ones', () => {
    const pairs = Array.from({ length: 60 }, (_, i): Pair => ({
      a: i,
      b: i,
      same: i % 2 === 0,
      fold: i % 3,
    }));
    const few = evenShare(pairs, 24);
    expect(few).toHaveLength(24);
    for (const fold of [0, 1, 2])
      for (const same of [true, false]) {
        const own = (of: readonly Pair[]) => of.filter((pair) => pair.fold === fold && pair.same === same);
        expect(own(few)).toEqual(own(pairs).slice(0, 4));
      }
    expect(evenShare(pairs, 600)).toEqual(pairs);
  });

  it('refuses a dataset without pairs', async () => {
    await expect(verifyRobustness(pixels, benchmark(1, false), ABOUT)).rejects.toThrow(
      /no verification pairs/,
    );
  });
});
