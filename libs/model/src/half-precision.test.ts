import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@id3/core';
import { selectEngine } from '@id3/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  PLAIN_SAMPLER,
  imageSampler,
  loadCheckpoint,
  loadDiffusion,
  loadRecogniser,
  randomDirections,
  trainDiffusion,
  trainRecogniser,
  type SamplerOptions,
} from './index.ts';
import { TINY_DIFFUSION, TINY_RECOGNISER, colourDataset, temporaryFolder } from './testing.ts';

// Trainings and sampling in half precision beside those in float32. The bounds are stated in docs/gpu.md.

const SIZE = 16;
const dataset = colourDataset(8, 8, SIZE);
const folder = temporaryFolder();

interface Outcome {
  path: string;
  rows: Record<string, number>[];
}
type Kind = 'diffusion' | 'recogniser';
type Precision = 'float16' | undefined;

/** A training of some steps; gives its checkpoint and what it logged. */
async function trained(
  kind: Kind,
  steps: number,
  { precision, name = '', log }: { precision?: Precision; name?: string; log?: (step: number) => void },
): Promise<Outcome> {
  const path = join(folder, `${kind} ${steps} ${precision} ${name}`);
  const rows: Record<string, number>[] = [];
  const hooks = {
    log: (step: number, row: Record<string, number>) => {
      rows.push(row);
      log?.(step);
    },
    checkpoint: { path, everySeconds: name === '' ? 1e9 : -1 },
  };
  const own = precision === undefined ? {} : { precision };
  if (kind === 'recogniser') {
    const training = { ...TINY_RECOGNISER.training, learningRate: 0.02, steps, ...own };
    // So gentle a head that the first scale holds: a step that is left out would move all that follow.
    const head = { ...TINY_RECOGNISER.head, scale: 1 };
    await trainRecogniser({ ...TINY_RECOGNISER, head, training }, dataset, 1, hooks);
  } else {
    const training = { ...TINY_DIFFUSION.training, steps, batchSize: 8, ...own };
    await trainDiffusion(
      { ...TINY_DIFFUSION, training },
      { dataset, f: loadRecogniser(join(folder, 'f')) },
      hooks,
    );
  }
  return { path, rows };
}

beforeAll(async () => {
  await selectEngine('onnx');
  const hooks = { log: () => {}, checkpoint: { path: join(folder, 'f'), everySeconds: 1e9 } };
  await trainRecogniser(TINY_RECOGNISER, dataset, 1, hooks);
});

const losses = ({ rows }: Outcome): number[] => rows.map(({ loss }) => loss);

describe.each<[Kind, string, number]>([
  ['diffusion', 'm', 2e-3],
  ['recogniser', 'velocity', 3e-2],
])('training a %s', (kind, gradients, bound) => {
  it('a step has the loss of float32 to a thousandth, and its gradients to a hundredth', async () => {
    const [half, exact] = [await trained(kind, 1, { precision: 'float16' }), await trained(kind, 1, {})];
    expect(Math.abs(half.rows[0].loss / exact.rows[0].loss - 1)).toBeLessThan(1e-3);
    expect(half.rows[0].lossScale).toBe(2 ** 16);
    const [x, y] = [half, exact].map(({ path }) => loadCheckpoint(path).tensors);
    expect(Object.keys(x).sort()).toEqual([...Object.keys(y), 'lossScale', 'stepsInScale'].sort());
    // What the optimiser holds after the first step is the gradient, times a number.
    const [a, b] = [x[gradients].data, y[gradients].data];
    expect(Math.hypot(...a.map((value, i) => value - b[i])) / Math.hypot(...b)).toBeLessThan(1e-2);
  });

  it('fifty steps have its curve, where none is left out', async () => {
    const [half, exact] = [await trained(kind, 50, { precision: 'float16' }), await trained(kind, 50, {})];
    expect(half.rows.map(({ lossScale }) => lossScale)).toEqual(Array(50).fill(2 ** 16));
    const apart = losses(exact).map((loss, k) => Math.abs(losses(half)[k] / loss - 1));
    expect(Math.max(...apart)).toBeGreaterThan(0);
    expect(Math.max(...apart)).toBeLessThan(bound);
  });

  it('ends with the same bytes where it was killed and started again', async () => {
    const whole = await trained(kind, 12, { precision: 'float16' });
    const log = (step: number) => {
      if (step === 7) throw new Error('killed');
    };
    await expect(trained(kind, 12, { precision: 'float16', name: 'parts', log })).rejects.toThrow('killed');
    const parts = await trained(kind, 12, { precision: 'float16', name: 'parts' });
    expect(parts.rows).toHaveLength(6);
    expect(readFileSync(parts.path).equals(readFileSync(whole.path))).toBe(true);
  });
});

it('steps whose gradients overflow are left out, and the training goes on at a smaller scale', async () => {
  const rows: Record<string, number>[] = [];
  const hooks = {
    log: (_step: number, row: Record<string, number>) => void rows.push(row),
    checkpoint: { path: join(folder, 'overflow'), everySeconds: 1e9 },
  };
  const training = { ...TINY_RECOGNISER.training, precision: 'float16' as const };
  await trainRecogniser({ ...TINY_RECOGNISER, training }, dataset, 1, hooks);
  const scales = rows.map(({ lossScale }) => lossScale);
  expect(scales[0]).toBe(2 ** 16);
  expect(scales.at(-1)).toBeLessThan(2 ** 16);
  expect(scales).toEqual([...scales].sort((a, b) => b - a));
  expect(rows.at(-1)!.loss).toBeLessThan(rows[0].loss);
});

it('guided images are those of float32, but for some grey levels', async () => {
  const { path } = await trained('diffusion', 50, {});
  const f = loadRecogniser(join(folder, 'f'));
  const model = { ...loadDiffusion(path, f.embeddingSize), f };
  const names = Array.from({ length: 8 }, (_, i) => `image ${i}`);
  const plans = names.map((_, i) => ({
    label: i,
    age: 20 + 5 * i,
    yaw: 0,
    y: randomDirections(1, f.embeddingSize, new Rng(1, 'y', i)),
  }));
  const images = (options: Partial<SamplerOptions>) =>
    imageSampler(model, { ...PLAIN_SAMPLER, guidance: 20, ...options }, SIZE, 1)(plans, names);
  for (const gradient of ['full', 'stopped'] as const) {
    const [half, exact, free] = [
      await images({ gradient, precision: 'float16' }),
      await images({ gradient }),
      await images({ gradient, guidance: 0 }),
    ];
    const apart = (a: Uint8Array, b: Uint8Array) =>
      a.reduce((sum, v, i) => sum + Math.abs(v - b[i]), 0) / a.length;
    expect(apart(half, exact)).toBeGreaterThan(0);
    expect(apart(half, exact)).toBeLessThan(1);
    // The score is there, and not rounded away.
    expect(apart(exact, free)).toBeGreaterThan(5 * apart(half, exact));
  }
});

it('is refused by an engine that has none', async () => {
  await selectEngine('cpu');
  await expect(trained('recogniser', 2, { precision: 'float16', name: 'cpu' })).rejects.toThrow(
    /^The engine cpu computes in 32 bits alone; leave precision=float16 out, or take --engine=onnx, /,
  );
  tf.disposeVariables();
});
