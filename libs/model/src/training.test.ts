import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { UserError } from '@id3/core';
import { selectEngine } from '@id3/engine';
import { loadCheckpoint, sgd, train, type TrainingHooks } from './index.ts';
import { temporaryFolder } from './testing.ts';

const STEPS = 9;

beforeAll(async () => void (await selectEngine()));

/** Fits w to the number of each step; gives the weight in the end. */
async function fit(hooks: TrainingHooks, target = (step: number) => step): Promise<number> {
  const w = tf.tidy(() => tf.variable(tf.tensor1d([0])));
  const optimiser = sgd([w], {});
  await train(
    {
      lossName: 'The loss of the test',
      rateField: 'rate',
      state: { w, ...optimiser.state },
      meta: { about: 'a test' },
      optimiser,
      steps: STEPS,
      async *batches(startStep) {
        for (let step = startStep; step < STEPS; step++) yield { step, wanted: target(step) };
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
  const diverging = fit(silent(path, -1), (step) => (step === 3 ? Infinity : step));
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
