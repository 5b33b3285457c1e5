import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectEngine } from '@id3/engine';
import {
  LRESNET50E_IR,
  Recogniser,
  embedDataset,
  embedWith,
  loadCheckpoint,
  loadRecogniser,
  saveCheckpoint,
  trainRecogniser,
  type RecogniserOptions,
} from '../index.ts';
import { TINY_RECOGNISER, colourDataset, temporaryFolder } from '../testing.ts';

const options: RecogniserOptions = {
  ...TINY_RECOGNISER,
  network: { ...TINY_RECOGNISER.network, embeddingSize: 8, dropout: 0.2 },
};
const hooks = (path: string, losses: number[] = [], everySeconds = 1e9) => ({
  log: (_step: number, { loss }: Record<string, number>) => void losses.push(loss),
  checkpoint: { path, everySeconds },
});

describe('the recogniser', () => {
  beforeAll(async () => void (await selectEngine()));

  it('LResNet50E-IR has the parameters of InsightFace’s iresnet50', () => {
    // By hand: convolutions without bias, γ and β of batch norms, a slope a channel of PReLU, the last layer with bias.
    const unit = (inputs: number, outputs: number) =>
      2 * inputs + 9 * inputs * outputs + 2 * outputs + outputs + 9 * outputs ** 2 + 2 * outputs;
    const stage = (inputs: number, outputs: number, units: number) => {
      const shortcut = inputs * outputs + 2 * outputs;
      return unit(inputs, outputs) + shortcut + (units - 1) * unit(outputs, outputs);
    };
    const stem = 9 * 3 * 64 + 2 * 64 + 64;
    const stages = stage(64, 64, 3) + stage(64, 128, 4) + stage(128, 256, 14) + stage(256, 512, 3);
    const output = 2 * 512 + (7 * 7 * 512 + 1) * 512 + 2 * 512; // BN-FC-BN
    // What PyTorch counts in InsightFace's iresnet50 ("43.59 M")
    expect(stem + stages + output).toBe(43_590_848);

    const { scope } = new Recogniser(LRESNET50E_IR, 112, 1);
    const count = scope.weightCount;
    scope.dispose();
    // The last γ is fixed at 1 there too, but counted.
    expect(count).toBe(43_590_848 - 512);
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

    const loaded = await embedDataset(embedWith(loadRecogniser(whole)), dataset, { batchSize: 10 });
    const again = await embedDataset(embedWith(loadRecogniser(parts)), dataset, { batchSize: 10 });
    expect(again).toEqual(loaded);
    const other = join(folder, 'other');
    saveCheckpoint(other, { meta: { step: 3 }, tensors: {} });
    expect(() => loadRecogniser(other)).toThrow(`The checkpoint ${other} holds no recogniser; name`);
    truncateSync(whole, 1000);
    expect(() => loadRecogniser(whole)).toThrow(/whole.*(truncated|safetensors)/);
  });
});
