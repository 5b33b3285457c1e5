import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectEngine } from '@id3/engine';
import {
  LRESNET50E_IR,
  Recogniser,
  embedDataset,
  loadCheckpoint,
  loadRecogniser,
  trainRecogniser,
  type RecogniserOptions,
} from '../index.ts';
import { colourDataset, temporaryFolder } from '../testing.ts';

const options: RecogniserOptions = {
  network: { widths: [8, 8, 8, 8], blocks: [1, 1, 1, 1], embeddingSize: 8, dropout: 0.2 },
  head: { kind: 'arcface', scale: 16, margin: 0.3 },
  training: {
    steps: 30,
    batchSize: 16,
    learningRate: 0.1,
    warmupSteps: 2,
    schedule: 'cosine',
    weightDecay: 5e-4,
    marginRampSteps: 20,
    flip: true,
  },
};
const hooks = (path: string, losses: number[] = [], everySeconds = 1e9) => ({
  log: (_step: number, { loss }: Record<string, number>) => void losses.push(loss),
  checkpoint: { path, everySeconds },
});

describe('the recogniser', () => {
  beforeAll(async () => void (await selectEngine()));

  it('LResNet50E-IR has the published 43.6 M parameters', () => {
    const { scope } = new Recogniser(LRESNET50E_IR, 112, 1);
    const count = scope.weightCount;
    scope.dispose();
    expect(Math.abs(count / 1e6 - 43.59)).toBeLessThan(0.05);
  });

  it('embeds onto the unit sphere, one image independent of its batch', async () => {
    const recogniser = new Recogniser(options.network, 16, 1);
    const images = tf.randomUniform<tf.Rank.R4>([3, 16, 16, 3], -1, 1, 'float32', 7);
    const rows = (await recogniser.embedUnit(images).array()) as number[][];
    for (const row of rows) expect(Math.hypot(...row)).toBeCloseTo(1, 4);
    const alone = (await recogniser
      .embedUnit(images.slice([1, 0, 0, 0], [1, 16, 16, 3]))
      .array()) as number[][];
    alone[0].forEach((value, k) => expect(value).toBeCloseTo(rows[1][k], 4));
  });

  it('learns, and is the same after a kill and a resumption as without', async () => {
    const dataset = colourDataset(6, 8, 16);
    const folder = temporaryFolder();
    const [whole, parts] = [join(folder, 'whole'), join(folder, 'parts')];
    const losses: number[] = [];
    await trainRecogniser(options, dataset, 3, hooks(whole, losses));
    expect(losses.length).toBe(30);
    const early = losses.slice(0, 5).reduce((a, b) => a + b);
    const late = losses.slice(-5).reduce((a, b) => a + b);
    expect(late).toBeLessThan(0.6 * early);

    const stop = new Error('killed');
    const killed = hooks(parts, [], -1); // saves after every step
    killed.log = (step) => {
      if (step === 12) throw stop;
    };
    await expect(trainRecogniser(options, dataset, 3, killed)).rejects.toBe(stop);
    expect(loadCheckpoint(parts).meta.step).toBe(11);
    const resumed: number[] = [];
    await trainRecogniser(options, dataset, 3, hooks(parts, resumed));
    expect(resumed).toEqual(losses.slice(11));
    expect(loadCheckpoint(parts).tensors).toEqual(loadCheckpoint(whole).tensors);

    const loaded = await embedDataset(loadRecogniser(whole), dataset, { batchSize: 10 });
    const again = await embedDataset(loadRecogniser(parts), dataset, { batchSize: 10 });
    expect(again).toEqual(loaded);
    truncateSync(whole, 1000);
    expect(() => loadRecogniser(whole)).toThrow(/whole.*(truncated|safetensors)/);
  });
});
