import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Rng } from '@id3/core';
import { selectEngine } from '@id3/engine';
import { onnxBackendStats } from '@id3/tfjs-backend-onnx';
import { interpolation, resample } from '../nn/resample.ts';
import { FaceApiRecogniser } from './face-api.ts';

beforeAll(async () => void (await selectEngine('onnx', { threads: 1 })));

const smooth = (size: number, seed: number): Float32Array => {
  const rng = new Rng(seed, 'picture');
  const [fx, fy, phase] = [rng.uniform(0.05, 0.2), rng.uniform(0.05, 0.2), rng.uniform(0, 6)];
  return Float32Array.from({ length: size * size * 3 }, (_, k) => {
    const [c, x, y] = [k % 3, Math.floor(k / 3) % size, Math.floor(k / 3 / size)];
    return 0.8 * Math.sin(fx * x + fy * y + phase + c);
  });
};

describe("face-api's network", () => {
  it('is the library’s own, whose ops are other ones', async () => {
    const require = createRequire(import.meta.url);
    const folder = dirname(require.resolve('@vladmandic/face-api/package.json'));
    const library = require(join(folder, 'dist/face-api.node-wasm.js'));
    const net = new library.FaceRecognitionNet();
    await net.loadFromDisk(join(folder, 'model'));
    const images = tf.tensor4d([...smooth(150, 1), ...smooth(150, 2)], [2, 150, 150, 3]);
    const whole = { x: 0, y: 0, side: 1 };
    const ours = await new FaceApiRecogniser(undefined, whole).embed(images).data();
    const pictures = tf.unstack(images.add(1).mul(127.5)) as tf.Tensor3D[];
    const theirs = await net.forwardInput(new library.NetInput(pictures, true)).data();
    expect(theirs).toHaveLength(256);
    theirs.forEach((value: number, k: number) => expect(ours[k]).toBeCloseTo(value, 4));
  });

  it('has the gradient of finite differences, with nothing that falls back to another engine', async () => {
    const f = new FaceApiRecogniser();
    const size = 32;
    const x = smooth(size, 3);
    const y = tf.tensor2d(new Rng(1, 'y').normals(128), [1, 128]);
    const cosine = (images: tf.Tensor): tf.Scalar =>
      f
        .embedUnit(images as tf.Tensor4D)
        .mul(y)
        .sum<tf.Scalar>();
    const at = (values: Float32Array) => tf.tensor4d(values, [1, size, size, 3]);
    const gradient = await tf.grad(cosine)(at(x)).data<'float32'>();
    // Along the gradient itself and along smooth directions of the pictures' kind.
    const along = async (direction: Float32Array) => {
      const length = Math.hypot(...direction);
      const moved = (step: number) => at(x.map((value, k) => value + (step * direction[k]) / length));
      const h = 2e-3;
      const [more] = await cosine(moved(h)).data();
      const [less] = await cosine(moved(-h)).data();
      const slope = direction.reduce((sum, d, k) => sum + (d * gradient[k]) / length, 0);
      return { measured: (more - less) / (2 * h), slope };
    };
    const steepest = await along(gradient);
    expect(steepest.measured / steepest.slope).toBeCloseTo(1, 1);
    for (let seed = 10; seed < 14; seed++) {
      const { measured, slope } = await along(smooth(size, seed));
      expect(Math.abs(measured - slope)).toBeLessThan(0.03 * steepest.slope);
    }
    expect(Object.keys(onnxBackendStats().fallbacks)).toEqual([]);
  });
});

describe('resample', () => {
  it('keeps constants and linear ramps, and has rows that sum to 1', async () => {
    for (const [input, output, from, side] of [
      [8, 20, 0, 1],
      [30, 7, 0, 1],
      [112, 150, 0.05, 0.9],
    ] as const) {
      const weights = interpolation(input, output, from, side);
      for (let o = 0; o < output; o++) {
        const row = weights.subarray(o * input, (o + 1) * input);
        expect(row.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 5);
        const at = from * input + ((o + 0.5) / output) * side * input - 0.5;
        if (at < 2 || at > input - 3) continue;
        expect(row.reduce((sum, w, k) => sum + w * k, 0)).toBeCloseTo(at, 4);
      }
    }
  });
  it('takes rows from y and columns from x', async () => {
    const image = tf.tensor4d(
      Float32Array.from({ length: 48 }, (_, k) => k),
      [1, 4, 4, 3],
    );
    const part = await resample(image, 2, { x: 0.5, y: 0, side: 0.5 }).data();
    expect(Array.from(part)).toEqual([6, 7, 8, 9, 10, 11, 18, 19, 20, 21, 22, 23]);
  });
});
