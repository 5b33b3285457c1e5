import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-cpu';
import { Matrix } from 'ml-matrix';
import { beforeAll, describe, expect, it } from 'vitest';
import { Rng, UserError } from '@id3/core';
import { colourDataset } from '../testing.ts';
import { Recogniser } from './iresnet.ts';
import { embedDataset, embedWith } from './embed.ts';
import { principalDirections, whitened } from './whitening.ts';

describe('principalDirections', () => {
  it('finds the axes of an ellipsoid and scales them to unit variance', () => {
    const rng = new Rng(1, 'ellipsoid');
    // Standard deviations 3 and 1 along (0.6, 0.8) and (-0.8, 0.6), about (5, -2), and nothing in the third direction
    const rows = Array.from({ length: 2000 }, () => {
      const [a, b] = [3 * rng.normal(0, 1), rng.normal(0, 1)];
      return [5 + 0.6 * a - 0.8 * b, -2 + 0.8 * a + 0.6 * b, 7];
    });
    const { mean, directions } = principalDirections(new Matrix(rows), 2);
    expect(mean[2]).toBeCloseTo(7, 9);
    const [first, second] = [directions.getColumn(0), directions.getColumn(1)];
    expect(Math.abs(first[0] * 0.6 + first[1] * 0.8)).toBeCloseTo(1 / 3, 1);
    expect(Math.abs(second[0] * -0.8 + second[1] * 0.6)).toBeCloseTo(1, 1);
    // Exactly: the mapped rows have the identity as their covariance
    const mapped = new Matrix(rows).subRowVector(mean).mmul(directions);
    const covariance = mapped.transpose().mmul(mapped).div(2000);
    expect(covariance.sub(Matrix.eye(2)).norm()).toBeLessThan(1e-9);
    expect(() => principalDirections(new Matrix(rows), 3)).toThrow(UserError);
  });
});

describe('a whitened recogniser', () => {
  beforeAll(async () => void (await tf.setBackend('cpu')));

  it('gives the centres of people zero mean and unit covariance, by its last layer alone', async () => {
    const dataset = colourDataset(20, 3, 16);
    const network = { widths: [4, 4, 8, 8], blocks: [1, 1, 1, 1], embeddingSize: 8, dropout: 0 };
    const recogniser = new Recogniser(network, 16, 1);
    const f = await whitened(recogniser, dataset, 3);
    expect(f.embeddingSize).toBe(3);
    const embeddings = await embedDataset(embedWith(f), dataset, { batchSize: 20 });
    const centres = Matrix.zeros(20, 3);
    dataset.labels.forEach((label, i) => {
      for (let j = 0; j < 3; j++) centres.set(label, j, centres.get(label, j) + embeddings[3 * i + j] / 3);
    });
    expect(Math.hypot(...centres.mean('column'))).toBeLessThan(1e-3);
    expect(centres.transpose().mmul(centres).div(20).sub(Matrix.eye(3)).norm()).toBeLessThan(1e-2);
  });
});
