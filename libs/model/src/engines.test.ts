import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { NO_AUGMENTATION } from '@id3/data';
import { selectEngine, type EngineName } from '@id3/engine';
import { onnxBackendStats } from '@id3/tfjs-backend-onnx';
import {
  loadRecogniser,
  trainDiffusion,
  trainRecogniser,
  type RecogniserOptions,
  type TrainingHooks,
} from './index.ts';
import { colourDataset, temporaryFolder } from './testing.ts';

const STEPS = 50;
const [SIZE, PEOPLE] = [16, 8];

/** Sizes of the smoke profile, which this library may not import. */
const recogniser: RecogniserOptions = {
  network: { widths: [8, 8, 16, 16], blocks: [1, 1, 1, 1], embeddingSize: 32, dropout: 0.2 },
  head: { kind: 'arcface', scale: 16, margin: 0.2 },
  training: {
    steps: STEPS,
    batchSize: 16,
    learningRate: 2e-3,
    warmupSteps: 10,
    schedule: 'cosine',
    weightDecay: 5e-4,
    marginRampSteps: 5,
    augment: { ...NO_AUGMENTATION, flip: true },
  },
};
const unet = {
  patchSize: 2,
  baseChannels: 16,
  channelMultipliers: [1, 2],
  blocksPerLevel: 1,
  attentionLevels: [1],
  attentionHeads: 4,
  groups: 8,
  conditioning: 'time' as const,
  conditionSizes: [32, 32, 32],
  attributes: [1, 1] as [number, number],
};

const dataset = colourDataset(PEOPLE, 4, SIZE);

/** Trains on an engine and returns the metrics of each step. */
async function metricsOn(
  engine: EngineName,
  train: (hooks: TrainingHooks) => Promise<unknown>,
  path = join(temporaryFolder(), 'trained'),
): Promise<Record<string, number>[]> {
  expect((await selectEngine(engine)).name).toBe(engine);
  const rows: Record<string, number>[] = [];
  await train({
    log: (_step, metrics) => void rows.push(metrics),
    checkpoint: { path, everySeconds: 1e9 },
  });
  return rows;
}

/** The largest difference of a step's loss between engines, relative to that loss. */
const difference = (a: Record<string, number>[], b: Record<string, number>[]): number =>
  Math.max(...a.map(({ loss }, i) => Math.abs(loss - b[i].loss) / Math.abs(b[i].loss)));

const fPath = join(temporaryFolder(), 'f');
// f is trained a little: of random weights it tells only the direction of an image, so the U-Net's first images, which are
// almost 0, would make rounding large.
beforeAll(async () => {
  const short = { ...recogniser, training: { ...recogniser.training, steps: 20, learningRate: 0.05 } };
  await metricsOn('wasm', (hooks) => trainRecogniser(short, dataset, 2, hooks), fPath);
}, 600_000);

// The rates are below the profile's, at which rounding grows from step to step: at 0.05 the recogniser's losses were tens
// of percent apart after 50 steps. wasm first: once onnx is registered, some gradients are its own on every engine.
it.each<[string, (hooks: TrainingHooks) => Promise<unknown>]>([
  [
    'a U-Net with the identity loss',
    (hooks) => {
      const f = loadRecogniser(fPath);
      const options = {
        seed: 1,
        unet,
        timesteps: 1000,
        schedule: 'linear' as const,
        prediction: 'x0' as const,
        training: {
          steps: STEPS,
          batchSize: 8,
          learningRate: 5e-5,
          warmupSteps: 10,
          weightDecay: 0,
          clipNorm: 1,
          emaDecay: 0.995,
          idLossWeight: 1,
          reduction: 'mean' as const,
          hideY: 0,
          hideS: 0,
          flip: true,
        },
      };
      return trainDiffusion(options, { dataset, f }, hooks);
    },
  ],
  ['a recogniser', (hooks) => trainRecogniser(recogniser, dataset, 1, hooks)],
])(
  '%s is trained alike by wasm and onnx',
  async (_name, train) => {
    const wasm = await metricsOn('wasm', train);
    await selectEngine('onnx');
    const { repeats } = onnxBackendStats();
    const onnx = await metricsOn('onnx', train);
    expect(onnxBackendStats().repeats - repeats).toBe(STEPS - 2); // the first two are recorded
    expect(wasm).toHaveLength(STEPS);
    expect(difference(onnx, wasm)).toBeLessThan(1e-3);
  },
  600_000,
);
