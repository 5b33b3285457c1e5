import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-cpu';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Rng, UserError } from '@id3/core';
import { ENGINES, describeEngine, selectEngine } from './index.ts';

const randn = (shape: number[], ...name: (string | number)[]) =>
  tf.tensor(new Rng(9, ...name).normals(tf.util.sizeFromShape(shape)), shape);

describe('selectEngine', () => {
  afterEach(() => void delete process.env.ID3_ENGINE);

  it('takes the requested engine and says what it consists of', async () => {
    const engine = await selectEngine('cpu');
    expect(engine.name).toBe('cpu');
    expect(tf.getBackend()).toBe('cpu');
    expect(engine.versions['@tensorflow/tfjs-core']).toBe(tf.version_core);
    expect(describeEngine(engine)).toMatch(/^cpu \(tfjs-core \d/);
  });
  it('obeys ID3_ENGINE', async () => {
    process.env.ID3_ENGINE = 'wasm';
    expect((await selectEngine()).name).toBe('wasm');
  });
  it('passes over what is missing, with a reason each', async () => {
    const { name, passedOver } = await selectEngine('');
    const order: string[] = [...ENGINES];
    expect(passedOver.map((p) => p.engine)).toEqual(order.slice(0, order.indexOf(name)));
    for (const { reason } of passedOver) expect(reason).not.toBe('');
  });
  it('refuses an unknown engine in one sentence', async () => {
    await expect(selectEngine('tpu')).rejects.toThrow(UserError);
    await expect(selectEngine('tpu')).rejects.toThrow(/no engine "tpu".*wasm, cpu/);
  });
});

/** Runs f on both engines and returns the values. */
async function onBoth(f: () => tf.Tensor): Promise<[Float32Array, Float32Array]> {
  const values: Float32Array[] = [];
  for (const engine of ['wasm', 'cpu']) {
    await selectEngine(engine);
    values.push((await tf.tidy(f).data()) as Float32Array);
  }
  return values as [Float32Array, Float32Array];
}

function expectClose([actual, expected]: [Float32Array, Float32Array]): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  actual.forEach((value, i) => expect(Math.abs(value - expected[i]) / scale).toBeLessThan(1e-5));
}

describe('the kernels added to wasm', () => {
  beforeAll(async () => void (await selectEngine('wasm')));

  const pads: ('same' | 'valid' | number)[] = ['same', 'valid', 1, 2];
  const cases = [1, 2, 3].flatMap((stride) =>
    pads.flatMap((pad) => [1, 2, 3].map((size) => [stride, pad, size] as const)),
  );
  it.each(cases)(
    'dW of a convolution equals cpu: stride %s, pad %s, filter %s',
    async (stride, pad, size) => {
      const filterShape: [number, number, number, number] = [size, size, 3, 4];
      const conv = (x: tf.Tensor4D, w: tf.Tensor4D) => tf.conv2d(x, w, stride, pad);
      expectClose(
        await onBoth(() => {
          const x = randn([2, 7, 6, 3], 'x') as tf.Tensor4D;
          const y = conv(x, randn(filterShape, 'w') as tf.Tensor4D);
          const dy = randn(y.shape, 'dy');
          return tf.grad((w) =>
            conv(x, w as tf.Tensor4D)
              .mul(dy)
              .sum(),
          )(randn(filterShape, 'w'));
        }),
      );
    },
  );

  it('dW equals finite differences', async () => {
    await selectEngine('wasm');
    const x = randn([2, 5, 5, 2], 'x') as tf.Tensor4D;
    const w = randn([3, 3, 2, 2], 'w');
    const loss = (v: tf.Tensor) =>
      tf
        .conv2d(x, v as tf.Tensor4D, 2, 'same')
        .square()
        .sum();
    const gradient = tf.grad(loss)(w).dataSync();
    const values = w.dataSync();
    for (let i = 0; i < values.length; i += 5) {
      const at = (h: number) =>
        loss(
          tf.tensor(
            values.map((v, k) => (k === i ? v + h : v)),
            w.shape,
          ),
        ).dataSync()[0];
      expect(Math.abs((at(1e-2) - at(-1e-2)) / 2e-2 - gradient[i])).toBeLessThan(
        2e-2 * Math.max(1, Math.abs(gradient[i])),
      );
    }
  });

  it('a dilated convolution, whose dW tfjs does not define, runs forward as on cpu', async () => {
    expectClose(
      await onBoth(() =>
        tf.conv2d(
          randn([1, 9, 9, 2], 'x') as tf.Tensor4D,
          randn([3, 3, 2, 3], 'w') as tf.Tensor4D,
          1,
          'same',
          'NHWC',
          2,
        ),
      ),
    );
  });

  it.each(['float32', 'int32'] as const)(
    'segment sums equal cpu (%s), with empty and repeated segments',
    async (dtype) => {
      const ids = [3, 0, 3, 1, 1];
      expectClose(
        await onBoth(() =>
          tf
            .unsortedSegmentSum(randn([5, 2, 3], 'x').mul(9).cast(dtype), tf.tensor1d(ids, 'int32'), 5)
            .cast('float32'),
        ),
      );
    },
  );

  it.each([
    [false, true],
    [true, false],
    [true, true],
  ])('matrix products with transposed operands (%s, %s) equal cpu', async (transposeA, transposeB) => {
    const a = transposeA ? [2, 4, 3] : [2, 3, 4];
    const b = transposeB ? [2, 5, 4] : [2, 4, 5];
    expectClose(await onBoth(() => tf.matMul(randn(a, 'a'), randn(b, 'b'), transposeA, transposeB)));
  });

  it('leave no tensor or data behind', async () => {
    await selectEngine('wasm');
    const step = () =>
      tf.tidy(() => {
        const x = randn([2, 6, 6, 2], 'x') as tf.Tensor4D;
        tf.grad((w) =>
          tf
            .conv2d(x, w as tf.Tensor4D, 1, 'same')
            .square()
            .sum(),
        )(randn([3, 3, 2, 2], 'w'));
        tf.unsortedSegmentSum(randn([3, 2], 'u'), tf.tensor1d([0, 1, 0], 'int32'), 2);
        tf.matMul(randn([3, 2], 'a'), randn([3, 2], 'b'), true, false);
      });
    step();
    const before = tf.backend().numDataIds();
    for (let i = 0; i < 5; i++) step();
    expect(tf.backend().numDataIds()).toBe(before);
  });
});
