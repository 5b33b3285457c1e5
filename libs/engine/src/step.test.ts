import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs';
import { DeviceError } from '@id3/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import { UserError } from '@id3/core';
import {
  compileStep,
  explainDeviceError,
  explainingDeviceErrors,
  selectEngine,
  type EngineName,
} from './index.ts';
import { selectFailingEngine } from './testing.ts';

it.each<[EngineName, number]>([
  ['cpu', 5],
  ['wasm', 5],
  ['onnx', 2],
])(
  'a step on %s is called %i times of five, changes its variables and leaves no tensor behind',
  async (engine, times) => {
    await selectEngine(engine);
    const sum = tf.variable(tf.tensor1d([0, 0]));
    let calls = 0;
    const step = compileStep(({ x }: { x: tf.Tensor1D }) => {
      calls++;
      sum.assign(sum.add(x.mul(2)));
      return { mean: x.mean() };
    });
    const before = tf.memory().numTensors;
    for (let i = 1; i <= 5; i++) {
      const x = tf.tensor1d([i, 3 * i]);
      const { mean } = step({ x });
      expect(Array.from(await mean.data())).toEqual([2 * i]);
      tf.dispose([x, mean]);
    }
    expect(Array.from(await sum.data())).toEqual([30, 90]);
    expect(calls).toBe(times);
    expect(tf.memory().numTensors).toBe(before);
    sum.dispose();
  },
);

describe('where the device fails', () => {
  /** Calls of a step that are recorded, repeated and taken in turn: how many steps each. */
  const CALLS = [1, 1, 1, 4, 3];

  /** Momentum on a linear layer; gives its state after each call. With `isLost`, each call fails once before. */
  async function states(isLost: boolean): Promise<number[][]> {
    let fails = false;
    const end = await selectFailingEngine(() => fails);
    const initial = (...values: number[]) => tf.variable(tf.tensor1d(values));
    const [w, velocity] = [initial(0.5, -1), initial(0, 0)];
    const step = compileStep(({ x }: { x: tf.Tensor1D }) => {
      const { value, grads } = tf.variableGrads(() => w.mul(x).sum<tf.Scalar>().square<tf.Scalar>(), [w]);
      velocity.assign(velocity.mul(0.9).add(grads[w.name]));
      w.assign(w.sub(velocity.mul(0.01)));
      return { loss: value };
    });
    const state = () => [w, velocity].flatMap((v) => Array.from(v.dataSync()));
    let done = 0;
    const result = CALLS.map((count) => {
      const inputs = Array.from({ length: count }, (_, k) => ({ x: tf.tensor1d([done + k, 1]) }));
      done += count;
      const [before, tensors] = [state(), tf.memory().numTensors];
      if (isLost) {
        fails = true;
        expect(() => step.inTurn(inputs)).toThrow(DeviceError);
        fails = false;
        expect(state()).toEqual(before);
        expect(tf.memory().numTensors).toBe(tensors);
      }
      tf.dispose([step.inTurn(inputs), inputs]);
      return state();
    });
    end();
    return result;
  }

  it('variables hold what they held before the call, which can be made again', async () => {
    expect(await states(true)).toEqual(await states(false));
  });

  it('a person is told what is kept, and the way on', () => {
    const lost = new DeviceError("ONNX Runtime's cuda: the device was lost.", 'cuda');
    expect(explainDeviceError(lost, 'What is finished is kept')).toEqual(
      new UserError(
        "ONNX Runtime's cuda: the device was lost. What is finished is kept: run the same command again, with --engine=onnx to compute on the CPU.",
      ),
    );
    const other = new Error('no device');
    expect(explainDeviceError(other, 'Nothing is lost')).toBe(other);
  });

  it('so is who typed a command that has no config', async () => {
    const failing = (error: Error) => explainingDeviceErrors(() => Promise.reject(error));
    await expect(failing(new DeviceError('The device was lost.', 'cuda'))).rejects.toEqual(
      new UserError(
        'The device was lost. Nothing is lost: run the same command again, with ID3_ENGINE=onnx to compute on the CPU.',
      ),
    );
    const other = new Error('no device');
    await expect(failing(other)).rejects.toBe(other);
    expect(await explainingDeviceErrors(() => Promise.resolve(3))).toBe(3);
  });
});
