import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { NO_AUGMENTATION } from '@id3/data';
import { selectEngine, type EngineName } from '@id3/engine';
import { onnxBackendStats } from '@id3/tfjs-backend-onnx';
import { trainRecogniser, type RecogniserOptions, type TrainingHooks } from './index.ts';
import { colourDataset, temporaryFolder } from './testing.ts';

// A loop needs a hundred steps to pay, also of what is left after the kill.
const STEPS = 130;
const options: RecogniserOptions = {
  network: { widths: [4, 4, 8, 8], blocks: [1, 1, 1, 1], embeddingSize: 8, dropout: 0.2 },
  head: { kind: 'cosface', scale: 16, margin: 0.2 },
  training: {
    steps: STEPS,
    batchSize: 4,
    learningRate: 2e-2,
    warmupSteps: 10,
    schedule: 'cosine',
    weightDecay: 5e-4,
    marginRampSteps: 5,
    augment: { ...NO_AUGMENTATION, flip: true },
  },
};
const dataset = colourDataset(4, 2, 16);

interface Outcome {
  file: Buffer;
  rows: Record<string, number>[];
  /** Runs of ONNX Runtime. */
  runs: number;
}

async function trained(
  path: string,
  hooks: Partial<TrainingHooks> & { everySeconds: number },
): Promise<Outcome> {
  const rows: Record<string, number>[] = [];
  const { runs } = onnxBackendStats();
  await trainRecogniser(options, dataset, 1, {
    log: (step, metrics, steps) => {
      rows.push(metrics);
      hooks.log?.(step, metrics, steps);
    },
    checkpoint: { path, everySeconds: hooks.everySeconds },
  });
  return { file: readFileSync(path), rows, runs: onnxBackendStats().runs - runs };
}

// How many steps a call takes depends on the time of one: here 10 ms of whatever machine.
let clock = 0;
beforeAll(() => void vi.spyOn(performance, 'now').mockImplementation(() => (clock += 10)));
afterAll(() => vi.restoreAllMocks());

const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';
process.env.VK_ICD_FILENAMES ??= SWIFTSHADER;
const hasWebGpu =
  existsSync(process.env.VK_ICD_FILENAMES) &&
  (await selectEngine('onnx-webgpu').then(
    () => true,
    () => false,
  ));

describe.each<[EngineName, boolean]>([
  ['onnx', true],
  ['onnx-webgpu', hasWebGpu],
])('on %s (there: %s)', (engine, isThere) => {
  it.skipIf(!isThere)(
    'several steps in one run leave the same bytes and metrics as single ones, killed and resumed too',
    async () => {
      await selectEngine(engine);
      const folder = temporaryFolder();
      const single = await trained(join(folder, 'single'), { everySeconds: -1 });
      expect(single.runs).toBeGreaterThanOrEqual(STEPS);
      const several = await trained(join(folder, 'several'), { everySeconds: 1e9 });
      expect(several.runs).toBeLessThan(STEPS / 8);
      expect(several.rows).toEqual(single.rows);
      expect(several.file.equals(single.file)).toBe(true);

      const parts = join(folder, 'parts');
      const seen: number[] = [];
      const killed = trained(parts, {
        everySeconds: 0.001, // after each call
        log: (step) => {
          if (step > 20 && existsSync(parts)) throw new Error('killed');
        },
      });
      await expect(killed).rejects.toThrow('killed');
      const resumed = await trained(parts, { everySeconds: 1e9, log: (step) => seen.push(step) });
      expect(seen[0]).toBeGreaterThan(1);
      expect(seen.at(-1)).toBe(STEPS);
      expect(resumed.file.equals(single.file)).toBe(true);
    },
    600_000,
  );
});
