import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs';
import { Float16Array } from '@petamoriken/float16';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  DeviceError,
  compileStep,
  onnxBackendStats,
  registerOnnxBackend,
  type Precision,
  type Provider,
} from './index.ts';

const provider = (process.env.ONNX_TEST_PROVIDER ?? 'cpu') as Provider;
let backend: string;
beforeAll(async () => {
  backend = registerOnnxBackend({ provider });
  await tf.setBackend(backend);
});
afterEach(() => tf.disposeVariables());

const noise = (shape: number[], seed: number, deviation = 1) =>
  tf.tensor(tf.randomNormal(shape, 0, deviation, 'float32', seed).dataSync().slice(), shape);
const rounded = (t: tf.Tensor) => tf.tensor(Float32Array.from(new Float16Array(t.dataSync())), t.shape);

/** What an operation gives in a step of a precision. */
function inStep(
  op: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: tf.Tensor[],
  precision?: Precision,
): Float32Array {
  const named = Object.fromEntries(inputs.map((t, i) => [`x${i}`, t]));
  const step = compileStep((given) => ({ y: op(...Object.values(given)) }), { precision });
  return step(named).y.dataSync() as Float32Array;
}
/** The same of inputs that are rounded first, in float32 on tfjs's own backend, and rounded after. */
async function byHand(op: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]): Promise<Float32Array> {
  const given = inputs.map((t) => ({ values: rounded(t).dataSync(), shape: t.shape }));
  await tf.setBackend('cpu');
  const y = op(...given.map(({ values, shape }) => tf.tensor(values, shape)));
  const result = Float32Array.from(new Float16Array(y.dataSync()));
  await tf.setBackend(backend);
  return result;
}
/** Half a unit in the last place of a half float either way, where sums of 32 bits lie beside a border. */
const expectRoundedAlike = (actual: Float32Array, expected: Float32Array) =>
  actual.forEach((value, i) =>
    expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(2 ** -10 * Math.abs(expected[i]) + 2 ** -24),
  );

const conv = (x: tf.Tensor, w: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, 'same');

describe.skipIf(provider !== 'cpu')('in half precision', () => {
  it.each<[string, (...inputs: tf.Tensor[]) => tf.Tensor, number[][]]>([
    [
      'convolutions',
      conv,
      [
        [2, 8, 8, 4],
        [3, 3, 4, 5],
      ],
    ],
    [
      'matrix products',
      (a, b) => tf.matMul(a, b),
      [
        [6, 7],
        [7, 3],
      ],
    ],
    [
      'transposed ones',
      (a, b) => tf.matMul(a, b, true, true),
      [
        [2, 7, 6],
        [2, 3, 7],
      ],
    ],
  ])('%s are of rounded inputs, and rounded', async (_name, op, shapes) => {
    const inputs = shapes.map((shape, i) => noise(shape, i + 1));
    const half = inStep(op, inputs, 'float16');
    expectRoundedAlike(half, await byHand(op, inputs));
    expect(half).toEqual(Float32Array.from(new Float16Array(half)));
    expect(half).not.toEqual(inStep(op, inputs));
  });

  it('what is too large is infinite, and what is too small is 0', () => {
    const [one, x] = [tf.tensor2d([[1]]), tf.tensor2d([[70_000, 1e-8, 65_504, 2 ** -24]])];
    const product = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b);
    expect(Array.from(inStep(product, [one, x], 'float16'))).toEqual([Infinity, 0, 65_504, 2 ** -24]);
  });

  it('all other operators are float32', () => {
    const x = noise([50], 3);
    const op = (t: tf.Tensor) => t.mul(1.0001).add(1e-6).exp().sum();
    expect(inStep(op, [x], 'float16')).toEqual(inStep(op, [x]));
  });

  it('a step without it has the graph that it had', () => {
    const inputs = [noise([4, 4], 1), noise([4, 4], 2)];
    const product = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b);
    const exact = inStep(product, inputs);
    inStep(product, inputs, 'float16');
    const { compiled } = onnxBackendStats();
    expect(inStep(product, inputs, 'float32')).toEqual(exact);
    expect(onnxBackendStats().compiled).toBe(compiled);
  });

  it('several steps in a run are single ones bit for bit', () => {
    const trained = (together: boolean) => {
      const w = tf.tidy(() => tf.variable(noise([3, 3, 2, 2], 1, 0.3)));
      const step = compileStep(
        ({ x }: { x: tf.Tensor4D }) => {
          const loss = () => conv(x, w).square().mean<tf.Scalar>();
          const { value, grads } = tf.variableGrads(loss, [w]);
          w.assign(w.sub(grads[w.name].mul(0.1)));
          return { value };
        },
        { precision: 'float16' },
      );
      const inputs = Array.from({ length: 8 }, (_, k) => ({ x: noise([2, 6, 6, 2], 10 + k) as tf.Tensor4D }));
      if (together)
        [inputs.slice(0, 1), inputs.slice(1, 2), inputs.slice(2)].forEach((some) => step.inTurn(some));
      else inputs.forEach((input) => step(input));
      return Array.from(w.dataSync());
    };
    const { runs } = onnxBackendStats();
    const several = trained(true);
    expect(onnxBackendStats().runs - runs).toBe(3);
    expect(several).toEqual(trained(false));
  });
});

it.skipIf(provider !== 'webgpu')('a device that has none says so in one sentence', () => {
  const inputs = [noise([4, 4], 1), noise([4, 4], 2)];
  const product = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b);
  // SwiftShader has no shader-f16; on a device that has, the product is near.
  try {
    const half = inStep(product, inputs, 'float16');
    inStep(product, inputs).forEach((exact, i) => expect(half[i]).toBeCloseTo(exact, 1));
  } catch (error) {
    expect(error).toBeInstanceOf(DeviceError);
    expect((error as Error).message).toMatch(
      /^ONNX Runtime's webgpu: the device does not compute in half precision/,
    );
  }
});
