import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@id3/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { MarginHead, Scope, withMargin } from '../index.ts';

const margin = 0.5;
/** ArcFace's definition on one angle, in double precision. */
const arcface = (theta: number) =>
  theta + margin <= Math.PI ? Math.cos(theta + margin) : Math.cos(theta) - margin * Math.sin(margin);

describe('margins', () => {
  beforeAll(async () => void (await tf.setBackend('cpu')));
  const angles = [0.05, 0.7, 1.5, 2.2, Math.PI - margin - 0.01, Math.PI - margin + 0.01, 3.0, 3.12];

  it('ArcFace is cos(θ+m), and the straight continuation beyond π', () => {
    const actual = withMargin('arcface', tf.tensor1d(angles.map(Math.cos)), tf.scalar(margin)).dataSync();
    angles.forEach((theta, i) => expect(actual[i]).toBeCloseTo(arcface(theta), 5));
  });
  it('ArcFace has the derivative of finite differences on both sides', () => {
    const gradient = tf.grad((c) => withMargin('arcface', c, tf.scalar(margin)).sum())(
      tf.tensor1d(angles.map(Math.cos)),
    );
    const h = 1e-6;
    gradient.dataSync().forEach((value, i) => {
      const f = (c: number) => arcface(Math.acos(c));
      const c = Math.cos(angles[i]);
      expect(value).toBeCloseTo((f(c + h) - f(c - h)) / (2 * h), 2);
    });
  });
  it('ArcFace stays finite at the poles', () => {
    const g = tf.grad((c) => withMargin('arcface', c, tf.scalar(margin)).sum())(tf.tensor1d([1, -1]));
    expect(Array.from(g.dataSync()).every(Number.isFinite)).toBe(true);
  });
  it('CosFace subtracts the margin', () => {
    expect(withMargin('cosface', tf.tensor1d([0.3]), tf.scalar(0.35)).dataSync()[0]).toBeCloseTo(-0.05, 6);
  });
});

describe.each(['arcface', 'cosface'] as const)('the %s head', (kind) => {
  const [batch, d, classes] = [4, 5, 7];
  const scale = 8;
  beforeAll(async () => void (await tf.setBackend('cpu')));

  const make = () => {
    const scope = new Scope(3);
    const head = new MarginHead(scope, d, classes, { kind, scale, margin });
    const x = new Rng(1, 'x').normals(batch * d);
    const labels = Int32Array.of(2, 0, 6, 2);
    const loss = (values: Float32Array) =>
      head.loss(tf.tensor2d(values, [batch, d]), tf.tensor1d(labels, 'int32'), tf.scalar(margin));
    return { centres: scope.weights.get('centres')!.dataSync(), head, x, labels, loss };
  };

  it('has the loss and accuracy of a loop over images and classes', () => {
    const { centres, x, labels, loss } = make();
    let expected = 0;
    let hits = 0;
    for (let b = 0; b < batch; b++) {
      const cosines = Array.from({ length: classes }, (_, c) => {
        const [u, v] = [x.subarray(b * d, b * d + d), centres.subarray(c * d, c * d + d)];
        const dot = u.reduce((s, value, k) => s + value * v[k], 0);
        return dot / Math.hypot(...u) / Math.hypot(...v);
      });
      if (cosines.indexOf(Math.max(...cosines)) === labels[b]) hits++;
      const logits = cosines.map((cosine, c) => {
        if (c !== labels[b]) return scale * cosine;
        return scale * (kind === 'arcface' ? arcface(Math.acos(cosine)) : cosine - margin);
      });
      const sum = logits.reduce((s, z) => s + Math.exp(z), 0);
      expected += (Math.log(sum) - logits[labels[b]]) / batch;
    }
    const actual = loss(x);
    expect(actual.loss.dataSync()[0]).toBeCloseTo(expected, 4);
    expect(actual.accuracy.dataSync()[0]).toBeCloseTo(hits / batch, 6);
  });

  it('has the gradient of finite differences', () => {
    const { head, x, labels, loss } = make();
    const gradient = tf
      .grad((v) => head.loss(v as tf.Tensor2D, tf.tensor1d(labels, 'int32'), tf.scalar(margin)).loss)(
        tf.tensor2d(x, [batch, d]),
      )
      .dataSync();
    gradient.forEach((value, i) => {
      const at = (h: number) => loss(x.map((v, k) => (k === i ? v + h : v))).loss.dataSync()[0];
      expect(Math.abs((at(1e-2) - at(-1e-2)) / 2e-2 - value)).toBeLessThan(5e-3);
    });
  });
});
