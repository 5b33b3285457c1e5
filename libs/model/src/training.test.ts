import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '@id3/core';
import { selectEngine } from '@id3/engine';
import { selectFailingEngine } from '@id3/engine/testing';
import { loadCheckpoint, sgd, train, type TrainingHooks } from './index.ts';
import { temporaryFolder } from './testing.ts';

const STEPS = 9;

beforeAll(async () => void (await selectEngine()));

/** Fits w to the number of each step; gives the weight in the end. */
async function fit(
  hooks: TrainingHooks,
  { target = (step: number) => step, steps = STEPS } = {},
): Promise<number> {
  const w = tf.tidy(() => tf.variable(tf.tensor1d([0])));
  const optimiser = sgd([w], {});
  await train(
    {
      lossName: 'The loss of the test',
      rateField: 'rate',
      state: { w, ...optimiser.state },
      meta: { about: 'a test' },
      optimiser,
      steps,
      async *batches(startStep) {
        for (let step = startStep; step < steps; step++) yield { step, wanted: target(step) };
      },
      prepare: ({ wanted }, done) => ({
        inputs: { wanted: tf.tensor1d([wanted]), rates: optimiser.rates(done, 0.1) },
        numbers: { wanted },
      }),
      step({ wanted, rates }: { wanted: tf.Tensor1D; rates: tf.Tensor1D }) {
        const error = w.sub(wanted);
        optimiser.apply([error], rates);
        return { logged: error.square() };
      },
      loggedNames: ['loss'],
    },
    hooks,
  );
  const [value] = await w.data();
  w.dispose();
  return value;
}

/** The same by hand: gradient descent with momentum 0.9. */
function byHand(): number {
  let [w, velocity] = [0, 0];
  for (let step = 0; step < STEPS; step++) {
    velocity = 0.9 * velocity + (w - step);
    w -= 0.1 * velocity;
  }
  return w;
}

const silent = (path: string, everySeconds = 1e9): TrainingHooks => ({
  log: () => {},
  checkpoint: { path, everySeconds },
});

it('does every step once, in order, logs it, and leaves the trained state and no tensors', async () => {
  const path = join(temporaryFolder(), 'whole');
  const before = tf.memory().numTensors;
  const logged: unknown[] = [];
  const hooks = {
    ...silent(path),
    log: (step: number, { wanted }: Record<string, number>, steps: number) =>
      logged.push([step, wanted, steps]),
  };
  const weight = await fit(hooks);
  expect(weight).toBeCloseTo(byHand(), 5);
  expect(logged).toEqual(Array.from({ length: STEPS }, (_, step) => [step + 1, step, STEPS]));
  const { meta, tensors } = loadCheckpoint(path);
  expect(meta).toEqual({ about: 'a test', step: STEPS });
  expect(tensors.w.data[0]).toBe(weight);
  expect(tf.memory().numTensors).toBe(before);
});

it('ends with the same weights where it was killed and started again', async () => {
  const folder = temporaryFolder();
  const whole = await fit(silent(join(folder, 'whole')));
  const parts = join(folder, 'parts');
  const killed = {
    ...silent(parts, -1),
    log: (step: number) => {
      if (step === 5) throw new Error('killed');
    },
  };
  await expect(fit(killed)).rejects.toThrow('killed');
  expect(loadCheckpoint(parts).meta.step).toBe(4);
  const steps: number[] = [];
  const resumed = await fit({ ...silent(parts), log: (step) => steps.push(step) });
  expect(steps).toEqual([5, 6, 7, 8, 9]);
  expect(resumed).toBe(whole);
  // Of a finished training nothing is done again.
  expect(await fit({ ...silent(parts), log: () => expect.unreachable() })).toBe(whole);
});

it('saves as often as it is told, and only in the end where it is told to', async () => {
  const saves = async (everySeconds: number) => {
    const path = join(temporaryFolder(), 'state');
    let seen = 0;
    await fit({
      ...silent(path, everySeconds),
      log: () => {
        if (existsSync(path)) seen++;
      },
    });
    return seen;
  };
  expect(await saves(-1)).toBe(STEPS - 1);
  expect(await saves(1e9)).toBe(0);
});

it('says where a loss is not finite, and keeps what was saved', async () => {
  const path = join(temporaryFolder(), 'state');
  const diverging = fit(silent(path, -1), {
    target: (step) => (step === 3 ? Infinity : step),
  });
  await expect(diverging).rejects.toThrow(
    new UserError('The loss of the test became Infinity at step 4; lower rate and run again.'),
  );
  expect(loadCheckpoint(path).meta.step).toBe(3);
});

it('lets the process hear what else happens, once in every step', async () => {
  let [turns, training] = [0, true];
  const count = (): void => {
    turns++;
    if (training) setImmediate(count);
  };
  setImmediate(count);
  await fit(silent(join(temporaryFolder(), 'heard')));
  training = false;
  expect(turns).toBeGreaterThanOrEqual(STEPS);
});

describe('where the device fails', () => {
  /** Enough for several steps in a run. */
  const options = { steps: 130, target: (step: number) => Math.sin(step) };
  let ofWhole: Buffer;
  beforeAll(async () => {
    const path = join(temporaryFolder(), 'whole');
    await fit(silent(path), options);
    ofWhole = readFileSync(path);
  });
  afterAll(async () => void (await selectEngine()));

  /** A training whose device fails; gives the error, and the steps that were logged before. */
  async function failing(path: string, fails: (run: number) => boolean, means?: string) {
    const end = await selectFailingEngine(fails, means);
    let logged = 0;
    const error = await fit({ ...silent(path), log: () => void logged++ }, options).catch((e: unknown) => e);
    end();
    return { error: error as UserError, logged };
  }

  // The first two runs are recorded, the third is repeated, those from the fourth on are loops.
  it.each([1, 2, 3, 4, 5])(
    'in run %i, what was reached is saved, and the same command ends with the same bytes',
    async (lost) => {
      const path = join(temporaryFolder(), 'state');
      const { error, logged } = await failing(path, (run) => run === lost);
      expect(error).toBeInstanceOf(UserError);
      expect(error.message).toBe(
        "ONNX Runtime's cuda: the device was lost; nothing that the host holds is gone. " +
          `What was trained up to step ${logged} is saved in ${path}: run the same command again, with --engine=onnx to compute on the CPU.`,
      );
      if (lost <= 4) expect(logged).toBe(lost - 1);
      else expect(logged).toBeGreaterThan(lost);
      expect(loadCheckpoint(path).meta.step).toBe(logged);
      const seen: number[] = [];
      await fit({ ...silent(path), log: (step) => seen.push(step) }, options);
      expect([seen[0], seen.at(-1)]).toEqual([logged + 1, options.steps]);
      expect(readFileSync(path).equals(ofWhole)).toBe(true);
    },
  );

  it('for want of memory in every run, it is said so, and another engine begins where it ended', async () => {
    const path = join(temporaryFolder(), 'state');
    const means = 'the device has too little memory for this graph; make the batch smaller';
    const { error } = await failing(path, () => true, means);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(/make the batch smaller\. What was trained up to step 0 is saved in /);
    await selectEngine('onnx');
    await fit(silent(path), options);
    expect(readFileSync(path).equals(ofWhole)).toBe(true);
  });
});
