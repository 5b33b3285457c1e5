import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { probeGradient, valueAndGradients, withAside } from '../index.ts';

beforeAll(async () => void (await tf.setBackend('cpu')));

it('what is set aside outlives the differentiation, and not the tidy around it', () => {
  const weight = tf.variable(tf.scalar(3));
  const before = tf.memory().numTensors;
  const [squared, gradient] = tf.tidy(() => {
    const { result, aside } = withAside(['square'], (setAside) =>
      valueAndGradients(() => {
        const square = weight.square();
        setAside('square', square);
        return square.mul<tf.Scalar>(weight); // w³
      }, [weight]),
    );
    return [aside.square.dataSync()[0], result.gradients[0].dataSync()[0]];
  });
  expect([squared, gradient]).toEqual([9, 27]);
  expect(tf.memory().numTensors).toBe(before);
});

it('nothing set aside, or a weight without influence, is an error', () => {
  const [weight, idle] = [tf.variable(tf.scalar(3)), tf.variable(tf.zeros([2, 5]))];
  expect(() => withAside(['square'], () => weight.square())).toThrow('square was not set aside');
  expect(() => valueAndGradients(() => weight.square(), [weight, idle])).toThrow(/a weight of shape \[2,5\]/);
});

it('a probe sees the gradient that passes it, and changes nothing', () => {
  const seen: number[] = [];
  const gradient = tf.grad((x) =>
    probeGradient(x.square(), (dy) => seen.push(dy.dataSync()[0]))
      .mul(5)
      .sum(),
  )(tf.tensor1d([3]));
  expect([seen, gradient.dataSync()[0]]).toEqual([[5], 30]);
});
