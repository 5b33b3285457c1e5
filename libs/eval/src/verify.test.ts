import { embedDataset, type Embed } from '@id3/model';
import { describe, expect, it } from 'vitest';
import { benchmark } from './testing.ts';
import { verify } from './verify.ts';

/** The pixels themselves. */
const pixels: Embed = async (images) => images;

describe('verify', () => {
  it('knows people apart by their pixels, and guesses on noise', async () => {
    const clear = await verify(pixels, benchmark(0.05), { benchmark: 'clear' });
    expect(clear).toMatchObject({ benchmark: 'clear', pairs: 80, accuracy: 1, auc: 1, eer: 0 });
    expect(clear.tarAtFar).toEqual({ '0.1': 1 });
    const noisy = await verify(pixels, benchmark(50), { benchmark: 'noisy' });
    expect(noisy.accuracy).toBeLessThan(0.75);
    expect(noisy.folds.map(({ fold }) => fold)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const histograms = noisy.curves.filter(({ kind }) => kind !== 'roc');
    expect(histograms.flatMap(({ points }) => points).reduce((sum, [, n]) => sum + n, 0)).toBe(80);
  });

  it('adds the mirror image before it normalises', async () => {
    const dataset = benchmark(1);
    const { scores } = await verify(pixels, dataset, { benchmark: 'mirror', batchSize: 7 });
    const summed = (i: number) => {
      const image = Array.from(dataset.image(i), (v) => v / 127.5 - 1);
      return image.map(
        (v, k) => v + image[Math.floor(k / 9) * 9 + (2 - (Math.floor(k / 3) % 3)) * 3 + (k % 3)],
      );
    };
    dataset.pairs!.forEach(({ a, b }, i) => {
      const [x, y] = [summed(a), summed(b)];
      const product = x.reduce((sum, v, k) => sum + v * y[k], 0);
      expect(scores[i]).toBeCloseTo(product / (Math.hypot(...x) * Math.hypot(...y)), 6);
    });
  });

  it('does not depend on the batch size, and calls the recogniser with one shape only', async () => {
    const dataset = benchmark(1);
    const shapes = new Set<string>();
    const counting: Embed = async (images, shape) => {
      shapes.add(shape.join());
      return images;
    };
    const whole = await embedDataset(pixels, dataset, { batchSize: 1000 });
    expect(await embedDataset(counting, dataset, { batchSize: 33 })).toEqual(whole);
    expect([...shapes]).toEqual(['33,2,3,3']);
  });

  it('refuses a dataset without pairs and embeddings that are not finite', async () => {
    await expect(verify(pixels, benchmark(1, false), { benchmark: 'x' })).rejects.toThrow(
      /no verification pairs/,
    );
    const diverged: Embed = async (images) => images.fill(NaN);
    await expect(verify(diverged, benchmark(1), { benchmark: 'x' })).rejects.toThrow(/not finite/);
  });

  it.each([
    ['zero', 0],
    ['of one direction', 3],
  ])('refuses embeddings that are all %s', async (_, value) => {
    const constant: Embed = async (_images, [batch]) =>
      new Float32Array(2 * batch).fill(value).map((x, i) => x * (1 + 1e-7 * (i % 3)));
    await expect(verify(constant, benchmark(1), { benchmark: 'x' })).rejects.toThrow(
      /same embedding for every image/,
    );
  });
});
