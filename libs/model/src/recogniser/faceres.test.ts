import { mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { loadGraphModel } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@id3/core';
import { selectEngine } from '@id3/engine';
import { onnxBackendStats } from '@id3/tfjs-backend-onnx';
import { expect, it } from 'vitest';
import { colourDataset } from '../testing.ts';
import { embedDataset, embedWith } from './embed.ts';
import { FaceresRecogniser } from './faceres.ts';
import { loadAnyRecogniser, saveFaceresRecogniser } from './frozen.ts';

const SIDE = 224;
const rng = new Rng(1, 'picture');
const rgb = Float32Array.from({ length: SIDE * SIDE * 3 }, () => rng.int(256));

/** What tfjs's own loader and its cpu backend make of a picture, whose channels are put in order by hand. */
async function reference(): Promise<Float32Array> {
  await tf.setBackend('cpu');
  const folder = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '../models');
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(join(folder, 'faceres.json'), 'utf8'));
  const bytes = readFileSync(join(folder, 'faceres.bin'));
  const model = await loadGraphModel(
    tf.io.fromMemory({
      modelTopology,
      weightSpecs: weightsManifest[0].weights,
      weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
    }),
  );
  const bgr = rgb.map((_, k) => rgb[k - (k % 3) + 2 - (k % 3)] - [103.939, 116.779, 123.68][k % 3]);
  const output = model.execute(tf.tensor4d(bgr, [1, SIDE, SIDE, 3]), 'global_pooling/Mean') as tf.Tensor;
  return output.data<'float32'>();
}

it("is human's network, whose kernels are other ones, with nothing that falls back to another engine", async () => {
  await selectEngine('onnx', { threads: 1 });
  const embed = embedWith(new FaceresRecogniser());
  const images = rgb.map((value) => value / 127.5 - 1);
  const ours = await embed(images, [1, SIDE, SIDE, 3]);
  expect(Object.keys(onnxBackendStats().fallbacks)).toEqual([]);
  const grey = await embed(images.subarray(0, 32 * 32), [1, 32, 32, 1]);
  expect([ours.length, grey.length]).toEqual([1024, 1024]);
  const theirs = await reference();
  const scale = Math.max(...theirs);
  ours.forEach((value, k) => expect(Math.abs(value - theirs[k]) / scale).toBeLessThan(1e-4));
});

it('as a judge, has its zero amid the people of a dataset, and cosines of strangers on both sides of it', async () => {
  await selectEngine('onnx', { threads: 1 });
  const dataset = colourDataset(6, 2, 16);
  const path = join(mkdtempSync(join(tmpdir(), 'id3-faceres-')), 'model.safetensors');
  await saveFaceresRecogniser(path, dataset);
  const embeddings = await embedDataset(embedWith(loadAnyRecogniser(path)), dataset, { batchSize: 12 });
  const plain = await embedDataset(embedWith(new FaceresRecogniser()), dataset, { batchSize: 12 });
  const people = (values: Float32Array) =>
    Array.from({ length: 6 }, (_, person) => {
      const rows = [...dataset.labels.keys()].filter((i) => dataset.labels[i] === person);
      return Array.from(
        { length: 1024 },
        (_, k) => rows.reduce((sum, i) => sum + values[1024 * i + k], 0) / rows.length,
      );
    });
  const length = (centres: number[][]) =>
    Math.hypot(...centres[0].map((_, k) => centres.reduce((sum, centre) => sum + centre[k], 0) / 6));
  expect(length(people(embeddings))).toBeLessThan(1e-4 * length(people(plain)));
  const cosines = (centres: number[][]) =>
    centres.flatMap((a, i) =>
      centres.slice(0, i).map((b) => dot(a, b) / Math.hypot(...a) / Math.hypot(...b)),
    );
  expect(Math.min(...cosines(people(plain)))).toBeGreaterThan(0);
  expect(Math.min(...cosines(people(embeddings)))).toBeLessThan(0);
});

const dot = (a: number[], b: number[]) => a.reduce((sum, value, k) => sum + value * b[k], 0);
