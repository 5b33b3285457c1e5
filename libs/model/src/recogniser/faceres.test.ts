import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { loadGraphModel } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@id3/core';
import { selectEngine } from '@id3/engine';
import { onnxBackendStats } from '@id3/tfjs-backend-onnx';
import { expect, it } from 'vitest';
import { embedWith } from './embed.ts';
import { FaceresRecogniser } from './faceres.ts';

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
