import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { Rng } from '@id3/core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  BatchNorm,
  Conv2d,
  Dense,
  GroupNorm,
  PatchExpand,
  PRelu,
  Scope,
  doubled,
  normal,
  silu,
} from '../index.ts';

const random = (shape: number[], ...name: string[]) =>
  tf.tensor(new Rng(1, ...name).normals(tf.util.sizeFromShape(shape)), shape);

/** Largest difference between the gradient of Σ w·f(x) and central differences at a few places. */
function gradientError(f: (x: tf.Tensor4D) => tf.Tensor, x: tf.Tensor4D): number {
  const weights = random(f(x).shape, 'cotangent');
  const loss = (v: tf.Tensor4D) => f(v).mul(weights).sum();
  const analytic = tf
    .grad((v) => loss(v as tf.Tensor4D))(x)
    .dataSync();
  const values = x.dataSync();
  let worst = 0;
  for (let i = 0; i < values.length; i += Math.ceil(values.length / 12)) {
    const at = (delta: number) => {
      const moved = Float32Array.from(values);
      moved[i] += delta;
      return loss(tf.tensor4d(moved, x.shape)).dataSync()[0];
    };
    worst = Math.max(worst, Math.abs((at(1e-2) - at(-1e-2)) / 2e-2 - analytic[i]));
  }
  return worst;
}

describe('layers', () => {
  beforeAll(async () => void (await tf.setBackend('cpu')));

  it('GroupNorm equals its definition', () => {
    const [b, h, w, c, g] = [2, 3, 4, 6, 3];
    const x = random([b, h, w, c], 'x').mul<tf.Tensor4D>(2).add<tf.Tensor4D>(0.5);
    const y = new GroupNorm(new Scope(1), c, g).forward(x).arraySync() as number[][][][];
    const v = x.arraySync() as number[][][][];
    for (let i = 0; i < b; i++)
      for (let k = 0; k < g; k++) {
        const group: number[] = [];
        for (const row of v[i]) for (const px of row) group.push(...px.slice((k * c) / g, ((k + 1) * c) / g));
        const mean = group.reduce((s, z) => s + z, 0) / group.length;
        const variance = group.reduce((s, z) => s + (z - mean) ** 2, 0) / group.length;
        const expected = (v[i][1][2][(k * c) / g] - mean) / Math.sqrt(variance + 1e-5);
        expect(y[i][1][2][(k * c) / g]).toBeCloseTo(expected, 4);
      }
  });

  it('GroupNorm with FiLM multiplies by 1 + scale and adds shift', () => {
    const x = random([2, 3, 3, 4], 'x') as tf.Tensor4D;
    const norm = new GroupNorm(new Scope(1), 4, 2);
    const scale = random([2, 4], 's') as tf.Tensor2D;
    const shift = random([2, 4], 't') as tf.Tensor2D;
    const [times, plus] = [scale.add(1), shift].map((t) => t.reshape([2, 1, 1, 4]));
    const expected = norm.forward(x).mul(times).add(plus).dataSync();
    const actual = norm.forward(x, { scale, shift }).dataSync();
    actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 4));
  });

  it('BatchNorm normalises a batch, tracks its moments and then uses them', () => {
    const x = random([4, 3, 3, 2], 'x').mul<tf.Tensor4D>(3).add<tf.Tensor4D>(1);
    const scope = new Scope(1);
    const norm = new BatchNorm(scope, 2, { momentum: 1 });
    const { mean, variance } = tf.moments(norm.forward(x, true), [0, 1, 2]);
    mean.dataSync().forEach((m) => expect(m).toBeCloseTo(0, 5));
    variance.dataSync().forEach((v) => expect(v).toBeCloseTo(1, 3));
    const whole = tf.moments(x, [0, 1, 2]);
    const tracked = scope.buffers.get('variance')!.dataSync();
    whole.variance.dataSync().forEach((v, i) => expect(tracked[i]).toBeCloseTo((v * 36) / 35, 4));
    const evaluated = norm.forward(x, false).dataSync();
    const expected = x
      .sub(whole.mean)
      .div(
        whole.variance
          .mul(36 / 35)
          .add(1e-5)
          .sqrt(),
      )
      .dataSync();
    evaluated.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 4));
  });

  it.each<[string, (scope: Scope) => (x: tf.Tensor4D) => tf.Tensor]>([
    [
      'GroupNorm',
      (s) =>
        (
          (layer) => (x) =>
            layer.forward(x)
        )(new GroupNorm(s, 4, 2)),
    ],
    [
      'BatchNorm',
      (s) =>
        (
          (layer) => (x) =>
            layer.forward(x, true)
        )(new BatchNorm(s, 4)),
    ],
    [
      'Conv2d',
      (s) =>
        (
          (layer) => (x) =>
            layer.forward(x)
        )(new Conv2d(s, 4, 3, { stride: 2 })),
    ],
    [
      'PatchExpand',
      (s) =>
        (
          (layer) => (x) =>
            layer.forward(x)
        )(new PatchExpand(s, 4, 3, { stride: 2, init: normal(1) })),
    ],
    [
      'PRelu',
      (s) =>
        (
          (layer) => (x) =>
            layer.forward(x)
        )(new PRelu(s, 4)),
    ],
    ['silu', () => silu],
    ['doubled', () => doubled],
    [
      'Dense',
      (s) =>
        (
          (layer) => (x) =>
            layer.forward(x.reshape([2, 64]))
        )(new Dense(s, 64, 5)),
    ],
  ])('%s has the gradient of finite differences', (_name, make) => {
    expect(gradientError(make(new Scope(3)), random([2, 4, 4, 4], 'input') as tf.Tensor4D)).toBeLessThan(
      2e-2,
    );
  });

  it.each<[string, (scope: Scope) => { forward: (x: tf.Tensor4D, training: boolean) => tf.Tensor }]>([
    [
      'GroupNorm',
      (s) => ({
        forward: (
          (layer) => (x) =>
            layer.forward(x)
        )(new GroupNorm(s, 4, 2)),
      }),
    ],
    ['BatchNorm', (s) => new BatchNorm(s, 4)],
    ['PRelu', (s) => new PRelu(s, 4)],
  ])('%s has the gradients of finite differences for its weights', (_name, make) => {
    const scope = new Scope(3);
    const layer = make(scope);
    const x = random([2, 4, 4, 4], 'input') as tf.Tensor4D;
    const cotangent = random([2, 4, 4, 4], 'cotangent');
    const loss = () => layer.forward(x, true).mul(cotangent).sum<tf.Scalar>();
    const weights = [...scope.weights.values()];
    const { grads } = tf.variableGrads(loss, weights);
    for (const weight of weights) {
      const values = weight.dataSync().slice();
      const analytic = grads[weight.name].dataSync();
      values.forEach((value, i) => {
        const at = (delta: number) => {
          weight.assign(tf.tensor1d(values.map((v, k) => (k === i ? value + delta : v))));
          return loss().dataSync()[0];
        };
        expect(analytic[i]).toBeCloseTo((at(0.1) - at(-0.1)) / 0.2, 3);
      });
      weight.assign(tf.tensor1d(values));
    }
  });
});
