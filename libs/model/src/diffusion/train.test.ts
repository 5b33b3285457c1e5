import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectEngine } from '@id3/engine';
import { DatasetWriter, openDataset } from '@id3/data';
import {
  Recogniser,
  anchors,
  generateShard,
  imageSampler,
  loadCheckpoint,
  loadDiffusion,
  trainDiffusion,
} from '../index.ts';
import { TINY_DIFFUSION, TINY_GENERATION, colourDataset, temporaryFolder } from '../testing.ts';

const network = { widths: [4, 4, 4, 4], blocks: [1, 1, 1, 1], embeddingSize: 8, dropout: 0 };

describe('a diffusion model from training to dataset', () => {
  beforeAll(async () => void (await selectEngine()));

  it('resumes to the same weights, logs terms that add up, and samples what it is asked for', async () => {
    const dataset = colourDataset(4, 4, 16);
    const f = new Recogniser(network, 16, 1);
    const folder = temporaryFolder();
    const [whole, parts] = [join(folder, 'whole'), join(folder, 'parts')];
    const logs: Record<string, number>[] = [];
    const hooks = (path: string, everySeconds: number, killAt = 0) => ({
      log: (step: number, metrics: Record<string, number>) => {
        if (step === killAt) throw new Error('killed');
        if (path === whole) logs.push(metrics);
      },
      checkpoint: { path, everySeconds },
    });
    await trainDiffusion(TINY_DIFFUSION, { dataset, f }, hooks(whole, 1e9));
    for (const m of logs) {
      expect(m['loss.noise'] + m['loss.reconstruction'] + m['loss.identity']).toBeCloseTo(m.loss, 5);
      expect(Math.abs(m.identityCosine)).toBeLessThanOrEqual(1 + 1e-5);
      expect(m.identityGradient).toBeGreaterThan(0);
    }
    const mean = (rows: typeof logs) => rows.reduce((s, m) => s + m['loss.noise'], 0) / rows.length;
    expect(mean(logs.slice(-4))).toBeLessThan(mean(logs.slice(0, 4)));

    await expect(trainDiffusion(TINY_DIFFUSION, { dataset, f }, hooks(parts, -1, 9))).rejects.toThrow(
      'killed',
    );
    expect(loadCheckpoint(parts).meta.step).toBe(8);
    await trainDiffusion(TINY_DIFFUSION, { dataset, f }, hooks(parts, 1e9));
    expect(loadCheckpoint(parts).tensors).toEqual(loadCheckpoint(whole).tensors);

    // Algorithm 3, a shard at a time, the second shard first
    const generation = { ...TINY_GENERATION, sampler: { ...TINY_GENERATION.sampler, guidance: 5 } };
    const model = { ...loadDiffusion(whole, f.embeddingSize), f };
    const rows = await anchors('spread', { count: 3, d: f.embeddingSize, seed: 1 });
    const generate = async (name: string, order: number[]) => {
      const writer = DatasetWriter.open(join(folder, name), {
        kind: 'generated',
        spec: {},
        height: 16,
        width: 16,
        count: 6,
        imagesPerShard: 4,
        embeddingSize: f.embeddingSize,
      });
      const before = tf.memory().numTensors;
      const sampleImages = imageSampler(model, generation.sampler, 16, 7);
      for (const shard of order)
        await generateShard(sampleImages, writer, shard, { options: generation, anchors: rows });
      expect(tf.memory().numTensors).toBe(before);
      writer.finish();
      return openDataset(writer.folder);
    };
    const generated = await generate('a', [1, 0]);
    const again = await generate('b', [0, 1]);
    expect(generated.identities).toBe(3);
    for (let i = 0; i < 6; i++) {
      expect(generated.image(i)).toEqual(again.image(i));
      const { label, age, yaw } = generated.record(i);
      expect(label).toBe(Math.floor(i / 2));
      expect(age! >= 20 && age! <= 60 && yaw! >= -45 && yaw! <= 45).toBe(true);
      const y = generated.embedding(i)!;
      const cosine = y.reduce((s, v, k) => s + v * rows[label * 8 + k], 0);
      expect(cosine).toBeGreaterThan(0.5 - 1e-5);
      expect(cosine).toBeLessThan(0.9 + 1e-5);
    }
    expect(generated.image(0)).not.toEqual(generated.image(1));
  });

  it('learns nothing of a condition that is hidden from it, and something of one that is shown', async () => {
    const folder = temporaryFolder();
    const training = { ...TINY_DIFFUSION.training, steps: 3, idLossWeight: 0 };
    /** The weights after a training on people from an age on, with f of a seed. */
    const weights = async (hidden: { hideY: number; hideS: number }, youngest: number, fSeed: number) => {
      const dataset = colourDataset(4, 4, 16, youngest);
      const path = join(folder, JSON.stringify([hidden, youngest, fSeed]));
      const f = new Recogniser(network, 16, fSeed);
      await trainDiffusion(
        { ...TINY_DIFFUSION, training: { ...training, ...hidden } },
        { dataset, f },
        { log: () => {}, checkpoint: { path, everySeconds: 1e9 } },
      );
      return loadCheckpoint(path).tensors;
    };
    const [shown, noY, noS] = [
      { hideY: 0, hideS: 0 },
      { hideY: 1, hideS: 0 },
      { hideY: 0, hideS: 1 },
    ];
    expect(await weights(noS, 20, 1)).toEqual(await weights(noS, 60, 1));
    expect(await weights(noY, 20, 1)).toEqual(await weights(noY, 20, 2));
    const full = await weights(shown, 20, 1);
    expect(await weights(shown, 60, 1)).not.toEqual(full);
    expect(await weights(shown, 20, 2)).not.toEqual(full);
    // Hidden from some: neither the one nor the other
    const half = await weights({ hideY: 0.5, hideS: 0 }, 20, 1);
    expect(half).not.toEqual(full);
    expect(half).not.toEqual(await weights(noY, 20, 1));
  });
});
