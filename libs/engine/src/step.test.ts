import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { compileStep, selectEngine, type EngineName } from './index.ts';

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
