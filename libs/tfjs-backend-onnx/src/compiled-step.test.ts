import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { compileStep, onnxBackendStats, registerOnnxBackend, type Provider } from './index.ts';

let backend: string;
beforeAll(async () => {
  const provider = process.env.ONNX_TEST_PROVIDER as Provider | undefined;
  backend = registerOnnxBackend({ cacheSize: 3, provider });
  await tf.setBackend(backend);
});
afterEach(() => tf.disposeVariables());

/** How many of the runs during a call were repeated without recording. */
function repeatsOf(calls: () => void): number {
  const before = onnxBackendStats().repeats;
  calls();
  return onnxBackendStats().repeats - before;
}
const numbers = (tensor: tf.Tensor) => Array.from(tensor.dataSync());
const vector = (...values: number[]) => tf.tensor1d(values);

/** Gradient descent on a linear layer with running statistics, as a step and in plain numbers. */
function regression() {
  const w = tf.variable(vector(0.5, -1));
  const mean = tf.variable(tf.scalar(0), false);
  let calls = 0;
  const step = compileStep(({ x, rate }: { x: tf.Tensor1D; rate: tf.Scalar }) => {
    calls++;
    const { value, grads } = tf.variableGrads(() => w.mul(x).sum<tf.Scalar>().square<tf.Scalar>(), [w]);
    w.assign(w.sub(grads[w.name].mul(rate)));
    mean.assign(mean.mul(0.9).add(x.mean().mul(0.1)));
    return { loss: value, twice: x.mul(2), given: x };
  });
  const truth = { w: [0.5, -1], mean: 0 };
  const expected = (x: number[], rate: number) => {
    const dot = truth.w[0] * x[0] + truth.w[1] * x[1];
    truth.w = truth.w.map((value, i) => value - rate * 2 * dot * x[i]);
    truth.mean = truth.mean * 0.9 + ((x[0] + x[1]) / 2) * 0.1;
    return dot ** 2;
  };
  return { w, mean, step, truth, expected, calls: () => calls };
}

it('is called twice, then repeated on new arguments and the variables that it changed', () => {
  const { w, mean, step, truth, expected, calls } = regression();
  const tensors = tf.memory().numTensors;
  const repeats = repeatsOf(() => {
    for (let i = 0; i < 8; i++) {
      const x = [1 + i / 8, 2 - i / 4];
      const rate = 0.01 * (i + 1);
      const inputs = { x: vector(...x), rate: tf.scalar(rate) };
      const { loss, twice, given } = step(inputs);
      expect(numbers(loss)[0]).toBeCloseTo(expected(x, rate), 5);
      expect(numbers(twice)).toEqual([2 * x[0], 2 * x[1]]);
      expect(numbers(given)).toEqual(x);
      numbers(w).forEach((value, k) => expect(value).toBeCloseTo(truth.w[k], 5));
      expect(numbers(mean)[0]).toBeCloseTo(truth.mean, 5);
      tf.dispose([inputs, loss, twice, given]);
    }
  });
  expect(calls()).toBe(2);
  expect(repeats).toBe(6);
  expect(tf.memory().numTensors).toBe(tensors);
});

it('sees variables that something else assigned between calls, and leaves copies of old values alone', () => {
  const { w, step, truth, expected } = regression();
  const call = (x: number[]) => numbers(step({ x: vector(...x), rate: tf.scalar(0.01) }).loss)[0];
  for (let i = 0; i < 3; i++) expect(call([1, 1])).toBeCloseTo(expected([1, 1], 0.01), 5);
  const copy = w.clone();
  const old = numbers(copy);
  expect(call([1, 2])).toBeCloseTo(expected([1, 2], 0.01), 5);
  expect(numbers(copy)).toEqual(old);
  w.assign(w.mul(3)); // pending when the step begins
  truth.w = truth.w.map((value) => 3 * value);
  expect(call([2, 1])).toBeCloseTo(expected([2, 1], 0.01), 4);
});

it('has a program for each shape of its arguments', () => {
  const step = compileStep(({ x }: { x: tf.Tensor }) => ({ y: x.square().sum() }));
  const call = (...values: number[]) => numbers(step({ x: vector(...values) }).y)[0];
  const repeats = repeatsOf(() => {
    for (let i = 0; i < 4; i++) {
      expect(call(i, 1)).toBe(i ** 2 + 1);
      expect(call(i, 1, 2)).toBe(i ** 2 + 5);
    }
  });
  expect(repeats).toBe(4);
});

it('is recorded again after its graph was evicted or a frozen variable changed', () => {
  const frozen = tf.variable(vector(1, 2), false);
  const step = compileStep(({ x }: { x: tf.Tensor }) => ({ y: x.mul(frozen).sum() }));
  const call = (...values: number[]) => numbers(step({ x: vector(...values) }).y)[0];
  expect(repeatsOf(() => [1, 2, 3].forEach((k) => expect(call(k, 1)).toBe(k + 2)))).toBe(1);
  for (let n = 1; n <= 4; n++) numbers(tf.ones([n]).cumsum()); // as many graphs as are kept, and one more
  expect(repeatsOf(() => expect(call(3, 1)).toBe(5))).toBe(0);
  expect(repeatsOf(() => expect(call(4, 1)).toBe(6))).toBe(1);
  frozen.assign(vector(10, 20));
  expect(repeatsOf(() => expect(call(3, 1)).toBe(50))).toBe(0);
});

it('is called every time where it reads in its midst, keeps a tensor or is given one tensor twice', () => {
  const reading = compileStep(({ x }: { x: tf.Tensor }) => ({ y: x.mul(numbers(x.sum())[0]) }));
  const keeping = compileStep(({ x }: { x: tf.Tensor }) => ({ y: tf.keep(x.mul(2)).add(1) }));
  const two = compileStep(({ a, b }: { a: tf.Tensor; b: tf.Tensor }) => ({ y: a.mul(2).add(b) }));
  const repeats = repeatsOf(() => {
    for (let i = 1; i <= 4; i++) {
      expect(numbers(reading({ x: vector(i, 1) }).y)).toEqual([i * (i + 1), i + 1]);
      expect(numbers(keeping({ x: vector(i) }).y)).toEqual([2 * i + 1]);
      const x = vector(i);
      expect(numbers(two({ a: x, b: x }).y)).toEqual([3 * i]);
    }
  });
  expect(repeats).toBe(0);
});

it('refuses a step that writes other numbers in each call', () => {
  let rate = 1;
  const step = compileStep(({ x }: { x: tf.Tensor }) => ({ y: x.mul(tf.scalar(rate++)) }));
  expect(numbers(step({ x: vector(3) }).y)).toEqual([3]);
  expect(() => step({ x: vector(3) })).toThrow(
    'wrote 1 into a tensor of 1 numbers in one call and 2 in the next; pass what changes as an argument',
  );
  let count = 5;
  const counting = compileStep(({ x }: { x: tf.Tensor }) => ({ y: x.mul(2), count: tf.scalar(count++) }));
  counting({ x: vector(3) });
  expect(() => counting({ x: vector(3) })).toThrow('wrote 5 into');
});

it('leaves variables of other backends where they are, and takes those that it uses', async () => {
  await tf.setBackend('cpu');
  const [used, unused] = [tf.variable(vector(2)), tf.variable(vector(3))];
  await tf.setBackend(backend);
  const held = tf.engine().backend.numDataIds();
  const step = compileStep(({ x }: { x: tf.Tensor }) => ({ y: x.mul(used) }));
  const x = vector(5);
  const results = [1, 2, 3, 4].map(() => step({ x }).y);
  expect(results.flatMap(numbers)).toEqual([10, 10, 10, 10]);
  expect(tf.engine().backend.numDataIds()).toBe(held + 6); // x, used and four results
  expect(numbers(unused)).toEqual([3]);
});

it('keeps numbers that each call writes alike', () => {
  const step = compileStep(({ x }: { x: tf.Tensor }) => ({ y: x.mul(vector(1, 2)) }));
  const repeats = repeatsOf(() => {
    for (let i = 0; i < 4; i++) expect(numbers(step({ x: vector(i, i) }).y)).toEqual([i, 2 * i]);
  });
  expect(repeats).toBe(2);
});

/** A small network with convolutions, running statistics and an optimiser on one vector, from the same start each time. */
function network() {
  const noise = (shape: number[], seed: number) =>
    tf.tidy(() => tf.tensor(tf.randomNormal(shape, 0, 1, 'float32', seed).dataSync(), shape));
  const draw = (shape: number[], seed: number) => tf.tidy(() => tf.variable(noise(shape, seed).mul(0.3)));
  const weights = [draw([3, 3, 2, 4], 1), draw([4], 2), draw([64, 3], 3)];
  const size = weights.reduce((sum, w) => sum + w.size, 0);
  const velocity = tf.variable(tf.tensor1d(new Float32Array(size)));
  const mean = tf.variable(tf.tensor1d(new Float32Array(4)), false);
  const frozen = tf.variable(tf.tensor(Float32Array.of(0.5, -1, 2), [3]), false);
  const flat = (tensors: tf.Tensor[]) => tf.concat1d(tensors.map((t) => t.flatten()));
  const step = compileStep(({ x, rate }: { x: tf.Tensor4D; rate: tf.Scalar }) => {
    const [kernel, bias, dense] = weights as tf.Tensor[];
    let hidden: tf.Tensor | undefined;
    const { value, grads } = tf.variableGrads(() => {
      hidden = tf.keep(tf.relu(tf.conv2d(x, kernel as tf.Tensor4D, 1, 'same').add(bias)));
      return tf
        .matMul(hidden.reshape<tf.Tensor2D>([-1, 64]), dense as tf.Tensor2D)
        .mul(frozen)
        .square()
        .mean<tf.Scalar>();
    }, weights);
    mean.assign(mean.mul(0.9).add(hidden!.mean([0, 1, 2]).mul(0.1)));
    hidden!.dispose();
    velocity.assign(velocity.mul(0.9).add(flat(weights.map((w) => grads[w.name]))));
    const parts = tf.split(
      flat(weights).sub(velocity.mul(rate)),
      weights.map((w) => w.size),
    );
    parts.forEach((part, i) => weights[i].assign(part.reshape(weights[i].shape)));
    return { loss: value, given: rate };
  });
  const inputs = (k: number) => ({
    x: noise([2, 4, 4, 2], 10 + k) as tf.Tensor4D,
    rate: tf.scalar(0.05 / (1 + k)),
  });
  return { step, inputs, state: [...weights, velocity, mean] };
}

it('takes several steps in one run, equal to single ones bit for bit, with the state inside', () => {
  const STEPS = 12;
  const single = network();
  const losses: number[][] = [];
  for (let k = 0; k < STEPS; k++) {
    const { loss, given } = single.step(single.inputs(k));
    losses.push([...numbers(loss), ...numbers(given)]);
  }
  const several = network();
  several.state.forEach(numbers); // made before anything is counted
  const before = { ...onnxBackendStats() };
  const together: number[][] = [];
  const tensors = tf.memory().numTensors;
  for (const [from, to] of [
    [0, 1],
    [1, 2],
    [2, 7],
    [7, 9],
    [9, 12],
  ]) {
    const inputs = Array.from({ length: to - from }, (_, k) => several.inputs(from + k));
    const results = several.step.inTurn(inputs);
    for (const { loss, given } of results) together.push([...numbers(loss), ...numbers(given)]);
    tf.dispose([inputs, results]);
  }
  expect(together).toEqual(losses);
  several.state.forEach((variable, i) => expect(numbers(variable)).toEqual(numbers(single.state[i])));
  expect(tf.memory().numTensors).toBe(tensors);
  const { runs, steps, compiled } = onnxBackendStats();
  expect([runs - before.runs, steps - before.steps]).toEqual([5, STEPS]);
  expect(compiled - before.compiled).toBeLessThanOrEqual(2);
});

it('moves the state to the device and back once a run', () => {
  const { step, inputs, state } = network();
  for (let k = 0; k < 3; k++) step(inputs(k));
  const crossed = (calls: () => void) => {
    const before = onnxBackendStats().crossedBytes;
    calls();
    return onnxBackendStats().crossedBytes - before;
  };
  const four = [3, 4, 5, 6].map(inputs);
  const batches = 4 * 4 * (2 * 4 * 4 * 2 + 1 + 1);
  const bytes = 4 * state.reduce((sum, { size }) => sum + size, 0);
  const single = crossed(() => four.forEach((given) => step(given)));
  // Each weight goes in as its tensor and as part of the vector.
  const loop = crossed(() => step.inTurn(four));
  expect(single).toBeGreaterThanOrEqual(4 * 2 * bytes + batches);
  // And the constants that the step wrote.
  expect(loop).toBeLessThan(2 * bytes + batches + 64);
});

it('takes steps singly where they are no loop: before they are recorded, and of several shapes', () => {
  const step = compileStep(({ x }: { x: tf.Tensor }) => ({ y: x.square().sum() }));
  const call = (...xs: number[][]) =>
    step.inTurn(xs.map((x) => ({ x: vector(...x) }))).map(({ y }) => numbers(y)[0]);
  expect(call([1], [2], [3])).toEqual([1, 4, 9]);
  expect(call([1], [2, 3])).toEqual([1, 13]);
  expect(call([4], [5])).toEqual([16, 25]);
});
