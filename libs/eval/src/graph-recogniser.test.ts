import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { loadGraphModel } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { Rng, UserError } from '@id3/core';
import { selectEngine } from '@id3/engine';
import { beforeEach, describe, expect, it } from 'vitest';
import { openGraphRecogniser } from './graph-recogniser.ts';
import { NUMBERS, SIDE, testGraph, writeGraph } from './graph-testing.ts';

const COUNT = 20;
const rng = new Rng(1, 'images');
const bytes = Float32Array.from({ length: COUNT * SIDE * SIDE * 3 }, () => rng.int(256));
const images = bytes.map((value) => value / 127.5 - 1);
const graph = testGraph(3);
const shape: [number, number, number, 3] = [COUNT, SIDE, SIDE, 3];
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'graph-'));
  await selectEngine('onnx', { threads: 1 });
});

/** What tfjs's own loader and its cpu backend make of values. */
async function reference(values: Float32Array): Promise<Float32Array> {
  await tf.setBackend('cpu');
  const { topology: modelTopology, specs: weightSpecs, weights } = graph;
  const weightData = weights.slice().buffer;
  const model = await loadGraphModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
  return (model.predict(tf.tensor(values, shape)) as tf.Tensor).data<'float32'>();
}

describe('a graph model of tfjs', () => {
  it.each([
    ['as it says', {}, images],
    ['of whole numbers', { mean: 0, std: 1 }, bytes],
  ])('gives what the cpu backend computes, fed %s', async (_, declared, values) => {
    const { convention, embedAs } = await openGraphRecogniser(writeGraph(folder, graph), declared);
    expect(convention).toMatchObject({ size: SIDE, layout: 'NHWC', channels: 'RGB' });
    const embed = embedAs(convention);
    // More images than are given at once, and three times: the engine repeats what it recorded in two.
    await embed(images, shape);
    await embed(images, shape);
    const got = await embed(images, shape);
    const want = await reference(values);
    expect(got).toHaveLength(COUNT * NUMBERS);
    const scale = Math.max(...want.map(Math.abs));
    expect(Math.max(...got.map((value, i) => Math.abs(value - want[i]))) / scale).toBeLessThan(1e-5);
  });

  it('keeps no tensors', async () => {
    const { convention, embedAs } = await openGraphRecogniser(writeGraph(folder, graph));
    const embed = embedAs(convention);
    await embed(images, shape);
    const { numTensors } = tf.memory();
    await embed(images, shape);
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('names its outputs', async () => {
    const opened = openGraphRecogniser(writeGraph(folder, graph), {}, { output: 'ages' });
    await expect(opened).rejects.toThrow(
      /has no output of numbers that is called ages; .*embeddings \(float32/,
    );
  });
});

describe('what is no whole graph model is refused in a sentence', () => {
  it.each([
    ['no JSON', (path: string) => writeFileSync(path, 'weights')],
    ['other JSON', (path: string) => writeFileSync(path, '{"a":1}')],
    ['without its weights', (path: string) => rmSync(join(path, '..', 'group1-shard2of2.bin'))],
    ['with cut off weights', (path: string) => truncateSync(join(path, '..', 'group1-shard2of2.bin'), 40)],
  ])('%s', async (_, damage) => {
    const path = writeGraph(folder, graph);
    damage(path);
    const opened = openGraphRecogniser(path);
    await expect(opened).rejects.toThrow(UserError);
    await expect(opened).rejects.toThrow(/model\.json cannot be loaded as a graph model of tfjs/);
  });
});
