import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rng, UserError } from '@id3/core';
import { DatasetWriter, openDataset, type Dataset, type Pair } from '@id3/data';
import { contiguousFolds } from '@id3/formats';
import { encodeModel } from '@id3/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import { probeConvention } from './convention-probe.ts';
import {
  asInput,
  inputConventionSchema,
  loadOnnxRecogniser,
  type InputConvention,
} from './onnx-recogniser.ts';

const SIZE = 8;
const D = 16;
const PIXELS = 3 * SIZE * SIZE;

/** A model that maps an image's values, in the order that it is given, by a matrix [PIXELS,D]; it takes `batch` images at a time. */
function linearModel(matrix: Float32Array, batch: number): Uint8Array {
  const int64 = (values: number[]) => new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
  return encodeModel({
    nodes: [
      { op: 'Reshape', domain: '', inputs: ['images', 'rows'], output: 'flat', attributes: {} },
      { op: 'MatMul', domain: '', inputs: ['flat', 'matrix'], output: 'embedding', attributes: {} },
    ],
    constants: [
      { name: 'rows', type: 'int64', shape: [2], data: int64([batch, PIXELS]) },
      { name: 'matrix', type: 'float32', shape: [PIXELS, D], data: new Uint8Array(matrix.buffer) },
    ],
    inputs: [{ name: 'images', type: 'float32', shape: [batch, 3, SIZE, SIZE] }],
    outputs: [{ name: 'embedding', type: 'float32', shape: [batch, D] }],
  });
}

const declared = (change: Partial<InputConvention> = {}): InputConvention =>
  inputConventionSchema.parse({ size: SIZE, ...change });

describe('an ONNX recogniser', () => {
  it('computes what its matrix says, under any convention, one by one or at once', async () => {
    const rng = new Rng(1, 'onnx');
    const matrix = rng.normals(PIXELS * D);
    const images = Float32Array.from({ length: 2 * PIXELS }, () => rng.uniform(-1, 1));
    const conventions = [
      declared(),
      declared({ channels: 'BGR', mean: [104, 117, 123], std: [1, 2, 3] }),
      declared({ mean: 0, std: 255 }),
    ];
    for (const convention of conventions)
      for (const batch of [1, 2]) {
        const embed = await loadOnnxRecogniser(linearModel(matrix, batch), convention, { threads: 1 });
        const got = await embed(images, [2, SIZE, SIZE, 3]);
        expect(got).toHaveLength(2 * D);
        const { channels, mean, std } = convention;
        for (let b = 0; b < 2; b++)
          for (let k = 0; k < D; k++) {
            let want = 0;
            for (let c = 0; c < 3; c++)
              for (let i = 0; i < SIZE * SIZE; i++) {
                const value = images[b * PIXELS + i * 3 + (channels === 'RGB' ? c : 2 - c)];
                const of = (x: number | number[]) => (Array.isArray(x) ? x[c] : x);
                want += (((value + 1) * 127.5 - of(mean)) / of(std)) * matrix[(c * SIZE * SIZE + i) * D + k];
              }
            expect(Math.abs(got[b * D + k] - want) / (1 + Math.abs(want))).toBeLessThan(1e-3);
          }
      }
  });
  it('scales images of another size, and keeps the layout that is asked for', () => {
    const flat = new Float32Array(12 * 12 * 3).fill(0.5);
    expect(new Set(asInput(flat, [1, 12, 12], declared()))).toEqual(new Set([0.5]));
    const rng = new Rng(2, 'layout');
    const image = Float32Array.from({ length: PIXELS }, () => rng.uniform(-1, 1));
    asInput(image, [1, SIZE, SIZE], declared({ layout: 'NHWC' })).forEach((value, k) =>
      expect(value).toBeCloseTo(image[k], 5),
    );
  });
  it('refuses a broken file and a size that the model does not take', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'id3-onnx-')), 'broken.onnx');
    writeFileSync(path, 'no model');
    await expect(loadOnnxRecogniser(path, declared())).rejects.toThrow(UserError);
    const model = linearModel(new Float32Array(PIXELS * D), 1);
    await expect(loadOnnxRecogniser(model, declared({ size: 112 }))).rejects.toThrow(/input\.size/);
  });
});

/** People who differ in a pattern of red; blue is noise. */
function redPeople(): Dataset {
  const rng = new Rng(3, 'red');
  const people = 40;
  const patterns = Array.from({ length: people }, () => rng.normals(SIZE * SIZE));
  const images = new Uint8Array(2 * people * PIXELS);
  for (let i = 0; i < images.length; i++) {
    const image = Math.floor(i / PIXELS);
    const pixel = Math.floor((i % PIXELS) / 3);
    const signal = i % 3 === 0 ? patterns[image >> 1][pixel] : rng.normal();
    images[i] = Math.max(0, Math.min(255, 127.5 + 30 * signal + 15 * rng.normal()));
  }
  const count = 2 * people;
  const folds = contiguousFolds(count, 10);
  const pairs = Array.from({ length: count }, (_, i): Pair => {
    const a = i & ~1;
    return { a, b: i % 2 ? a + 1 : (a + 2) % count, same: i % 2 === 1, fold: folds[i] };
  });
  const folder = mkdtempSync(join(tmpdir(), 'id3-probe-'));
  const options = {
    kind: 'imported',
    spec: 1,
    height: SIZE,
    width: SIZE,
    count,
    imagesPerShard: count,
  } as const;
  const writer = DatasetWriter.open(folder, options);
  writer.writeShard(0, { images, records: Array.from({ length: count }, (_, i) => ({ label: i >> 1 })) });
  writer.finish({ pairs });
  return openDataset(folder);
}

describe('the probe of a convention', () => {
  // A recogniser that was trained to see the first of R, G, B alone.
  const rng = new Rng(4, 'matrix');
  const matrix = rng.normals(PIXELS * D).map((value, k) => (k < SIZE * SIZE * D ? value : 0));
  const load = (convention: InputConvention) =>
    loadOnnxRecogniser(linearModel(matrix, 1), convention, { threads: 1 });
  it('warns where the colours are declared the wrong way round, and only there', async () => {
    const benchmark = redPeople();
    const right = await probeConvention(load, declared({ channels: 'RGB' }), benchmark);
    expect(right.warning).toBeUndefined();
    expect(right.declared.auc).toBeGreaterThan(0.9);
    const wrong = await probeConvention(load, declared({ channels: 'BGR' }), benchmark);
    expect(wrong.warning).toMatch(/likely wrong.*RGB/);
    expect(wrong.declared.auc).toBeLessThan(0.7);
  });
});
