import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rng, writeFileAtomic } from '@id3/core';
import { DatasetWriter, NO_AUGMENTATION, openDataset } from '@id3/data';
import { selectEngine } from '@id3/engine';
import { Recogniser, embedWith, readTensors, saveCheckpoint, type RecogniserOptions } from '@id3/model';
import { getMetrics, openDatabase } from '@id3/tracking';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { STAGE_CONTEXT } from '../fixtures/stage-context.ts';
import { embedStage } from './embed.ts';
import { measureStage, obedience } from './measure.ts';
import { EMBEDDINGS, MEASURES, RECOGNISER, VERIFICATION, modelFile } from './results.ts';

const SIZE = 16;
const D = 8;
const options: RecogniserOptions = {
  network: { widths: [4, 4, 4, 4], blocks: [1, 1, 1, 1], embeddingSize: D, dropout: 0 },
  head: { kind: 'arcface', scale: 16, margin: 0 },
  training: {
    steps: 1,
    batchSize: 2,
    learningRate: 0.1,
    warmupSteps: 0,
    schedule: 'cosine',
    weightDecay: 0,
    marginRampSteps: 0,
    augment: NO_AUGMENTATION,
  },
};

let root: string;
beforeAll(() => void (root = mkdtempSync(join(tmpdir(), 'id3-measures-'))));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const context = (folder: string) => ({
  inputs: {} as Record<string, never>,
  folder: join(root, folder),
  ...STAGE_CONTEXT,
});

/** A dataset of people of random noise; each image is asked for by `asked`. */
function noiseDataset(
  folder: string,
  people: number,
  shots: number,
  asked: (i: number) => Float32Array,
): void {
  const count = people * shots;
  const writer = DatasetWriter.open(join(root, folder), {
    kind: 'generated',
    spec: { folder },
    height: SIZE,
    width: SIZE,
    count,
    imagesPerShard: count,
    embeddingSize: D,
  });
  const rng = new Rng(1, folder);
  const images = Uint8Array.from({ length: count * SIZE * SIZE * 3 }, () => rng.int(256));
  const records = Array.from({ length: count }, (_, i) => ({
    label: Math.floor(i / shots),
    age: 30,
    yaw: 0,
  }));
  const embeddings = Float32Array.from({ length: count * D }, (_, k) => asked(Math.floor(k / D))[k % D]);
  writer.writeShard(0, { images, records, embeddings });
  writer.finish();
}

it('measures what f sees, and records it with the run', async () => {
  await selectEngine();
  const f = new Recogniser(options.network, SIZE, 1);
  const saved = { ...Object.fromEntries(f.scope.weights), ...Object.fromEntries(f.scope.buffers) };
  saveCheckpoint(modelFile(join(root, 'f')), {
    meta: { step: 1, options, imageSize: SIZE, seed: 1 },
    tensors: await readTensors(saved),
  });
  // Every image is asked for by twice what f sees in it, so that each cosine to the asked y is 1.
  noiseDataset('blind', 3, 4, () => new Float32Array(D));
  const blind = openDataset(join(root, 'blind'));
  const seen = await Promise.all(
    Array.from({ length: blind.count }, (_, i) =>
      embedWith(f)(
        Float32Array.from(blind.image(i), (v) => v / 127.5 - 1),
        [1, SIZE, SIZE, 3],
      ),
    ),
  );
  f.scope.dispose();
  // The same pictures: random numbers are named by the spec's folder.
  noiseDataset('blind', 3, 4, (i) => seen[i].map((value) => 2 * value));
  const dataset = openDataset(join(root, 'blind'));

  await embedStage.run({
    ...context('embeddings'),
    needs: { dataset, recogniser: RECOGNISER.open(join(root, 'f')) },
  });
  const embeddings = EMBEDDINGS.open(join(root, 'embeddings'));
  const { data, size } = embeddings;
  expect(size).toBe(D);
  seen.forEach((row, i) => row.forEach((value, k) => expect(data[i * D + k]).toBeCloseTo(value, 4)));

  // Squared distances of 0.4 and 0.8 are cosines of 0.8 and 0.6.
  const folds = [0.4, 0.8].map((threshold, fold) => ({ fold, accuracy: 1, threshold }));
  const folder = join(root, 'verification');
  writeFileAtomic(join(folder, 'verification.json'), JSON.stringify([{ benchmark: 'any', folds }]));

  const verification = VERIFICATION.open(folder);
  await measureStage.run({
    ...context('measures'),
    needs: {
      dataset,
      embeddings,
      pool: dataset,
      reference: embeddings,
      verification,
      judged: embeddings,
      judgedReference: embeddings,
      judgeVerification: verification,
      anchors: undefined,
    },
  });
  const database = openDatabase(join(root, 'tracking.sqlite'));
  const run = database.initRun({ experiment: 'test', name: 'measure', config: {} });
  MEASURES.record!(run, join(root, 'measures'));
  const values = Object.fromEntries(getMetrics(database, run.id).map(({ key, value }) => [key, value!]));
  run.finish();
  database.close();
  expect(values.threshold).toBeCloseTo(0.7, 12);
  expect(values).toMatchObject({ images: 12, identities: 3 });
  expect(values['toAsked.mean']).toBeCloseTo(1, 6);
  expect(values['toCentre.mean']).toBeLessThanOrEqual(1);
  expect(values.featureDistance).toBeGreaterThan(0);
  expect(values).not.toHaveProperty('frechet');
  // The judge is f itself here.
  expect(values['g.toCentre.mean']).toBe(values['toCentre.mean']);
  expect(values['pixels.detail']).toBeGreaterThan(0);
});

it('tells how far the attributes are as asked for, where they were and can be read off', () => {
  const none = { label: [], toCentre: [] };
  const read = (value: number[]) => ({ value, meanAbsoluteError: 0, r2: 1 });
  expect(
    obedience({
      images: { ...none, age: [20, 30, 40], yaw: [-60, 0, 60] },
      predicted: { age: read([50, 40, 30]), yaw: read([-3, -2, -1]) },
    }),
  ).toEqual({
    'asAsked.age': -1,
    'asAsked.ageSlope': -1,
    'asAsked.yaw': 1,
    'asAsked.yawSlope': 1 / 60,
  });
  expect(obedience({ images: { ...none, age: [20, 30] }, predicted: { yaw: read([1, 2]) } })).toEqual({});
});
