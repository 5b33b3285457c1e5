import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '@id3/core';
import { MANIFEST_FILE, inspectionSchema, openDataset, type Dataset, type Inspection } from '@id3/data';
import {
  calibrationSchema,
  loadAnyRecogniser,
  loadCheckpoint,
  loadDiffusion,
  saveCheckpoint,
  type Calibration,
  type DiffusionModel,
  type LoadedRecogniser,
} from '@id3/model';
import type { Judgement, PairFindings } from '@id3/eval';
import type { Verification } from '@id3/tracking';
import { z } from 'zod';
import type { Result } from './stage.ts';

// Every kind of result: its files, how a stage writes them, and how the stages after it open them.

/** Images with labels, ages and yaws; pairs too where it is a benchmark. */
export const DATASET: Result<Dataset> = {
  name: 'dataset',
  open: openDataset,
  record: (run, folder) => run.artefact(join(folder, MANIFEST_FILE), 'dataset'),
};

const MODEL_FILE = 'model.safetensors';

/** The trained network in a stage's folder; while it is trained, its checkpoint. */
export const modelFile = (folder: string): string => join(folder, MODEL_FILE);

/** A recogniser whose weights do not change: f, or one trained downstream. */
export const RECOGNISER: Result<LoadedRecogniser> = {
  name: 'recogniser',
  open: (folder) => loadAnyRecogniser(modelFile(folder)),
  record: (run, folder) => run.artefact(modelFile(folder), 'recogniser'),
};

/** A trained denoising network, conditioned on embeddings of `embeddingSize` values. */
export type SavedDiffusion = (embeddingSize: number) => DiffusionModel;

export const DIFFUSION: Result<SavedDiffusion> = {
  name: 'diffusion model',
  open: (folder) => (embeddingSize) => loadDiffusion(modelFile(folder), embeddingSize),
  record: (run, folder) => run.artefact(modelFile(folder), 'diffusion'),
};

const CALIBRATION_FILE = 'calibration.json';

/** What a denoising network knows at each time, κ_t among it. */
export const CALIBRATION: Result<Calibration> = {
  name: 'calibration',
  open: (folder) => readCalibration(calibrationFile(folder)),
  record: (run, folder) => run.artefact(calibrationFile(folder), 'calibration'),
};

export const calibrationFile = (folder: string): string => join(folder, CALIBRATION_FILE);
export const readCalibration = (path: string): Calibration => calibrationSchema.parse(jsonOf(path));

/** Writes {@link CALIBRATION}. */
export const saveCalibration = (folder: string, calibration: Calibration): void =>
  writeFileAtomic(calibrationFile(folder), JSON.stringify(calibration));

const VARIATION_FILE = 'variation.safetensors';

/** How one person's photos vary to f: [d,d], of `withinPersonFactor`. */
export const VARIATION: Result<Float32Array> = {
  name: 'variation',
  open: (folder) => loadCheckpoint(join(folder, VARIATION_FILE)).tensors.factor.data,
};

/** Writes {@link VARIATION}. */
export const saveVariation = (folder: string, data: Float32Array, d: number): void =>
  saveCheckpoint(join(folder, VARIATION_FILE), {
    meta: { kind: 'variation' },
    tensors: { factor: { shape: [d, d], data } },
  });

const ANCHORS_FILE = 'anchors.safetensors';

/** Anchors w_1..w_N (Algorithm 3, step 1): [N,d] unit rows. */
export const ANCHORS: Result<Float32Array> = {
  name: 'anchors',
  open: (folder) => loadCheckpoint(join(folder, ANCHORS_FILE)).tensors.anchors.data,
};

/** Writes {@link ANCHORS}: `data` is [N,d]; `meta` tells how they came to be. */
export function saveAnchors(
  folder: string,
  data: Float32Array,
  d: number,
  meta: Record<string, unknown>,
): void {
  const tensors = { anchors: { shape: [data.length / d, d], data } };
  saveCheckpoint(join(folder, ANCHORS_FILE), { meta, tensors });
}

const EMBEDDINGS_FILE = 'embeddings.safetensors';

/** Embeddings by f of every image of a dataset, not normalised. */
export interface Embeddings {
  /** [n,size] */
  readonly data: Float32Array;
  readonly size: number;
}

export const EMBEDDINGS: Result<Embeddings> = {
  name: 'embeddings',
  open(folder) {
    const { shape, data } = loadCheckpoint(join(folder, EMBEDDINGS_FILE)).tensors.embeddings;
    return { data, size: shape[1] };
  },
};

/** Writes {@link EMBEDDINGS}. */
export function saveEmbeddings(folder: string, { data, size }: Embeddings): void {
  const embeddings = { shape: [data.length / size, size], data };
  saveCheckpoint(join(folder, EMBEDDINGS_FILE), { meta: {}, tensors: { embeddings } });
}

/** The seeds that a verified recogniser came from, for the run's record: its own, and those of what it was trained on, 0 where that was not generated. */
export const seedsSchema = { seed: z.int(), generator: z.int(), dataset: z.int() };

const VERIFICATION_FILE = 'verification.json';

/** What a recogniser reached on each benchmark, in their order. */
export const VERIFICATION: Result<readonly Verification[]> = {
  name: 'verification',
  open: (folder) => JSON.parse(readFileSync(join(folder, VERIFICATION_FILE), 'utf8')) as Verification[],
  record(run, folder) {
    for (const result of VERIFICATION.open(folder)) run.verification(result);
    run.artefact(join(folder, VERIFICATION_FILE), 'verification');
  },
};

/** Writes {@link VERIFICATION}, but for the score of each pair: folds and curves say all, and scores would make up most of the file. */
export function saveVerification(folder: string, results: readonly Judgement[]): void {
  const json = JSON.stringify(results, (name, value: unknown) => (name === 'scores' ? undefined : value));
  writeFileAtomic(join(folder, VERIFICATION_FILE), json);
}

const PAIR_FINDINGS_FILE = 'pairs.json';
const pairFindingsSchema = z.strictObject({
  pairs: z.int(),
  peopleInFolds: z.int(),
  listedTwice: z.int(),
  identical: z.int(),
  distinct: z.int(),
  inTraining: z.int().optional(),
});

/** What there is to say of a benchmark's list of pairs. */
export const PAIR_FINDINGS: Result<PairFindings> = {
  name: 'pair findings',
  open: (folder) => ({
    inTraining: undefined,
    ...pairFindingsSchema.parse(jsonOf(join(folder, PAIR_FINDINGS_FILE))),
  }),
  record(run, folder) {
    run.summary(numbersSchema.parse(jsonOf(join(folder, PAIR_FINDINGS_FILE))));
    run.artefact(join(folder, PAIR_FINDINGS_FILE), 'pair-findings');
  },
};

/** Writes {@link PAIR_FINDINGS}. */
export const savePairFindings = (folder: string, findings: PairFindings): void =>
  writeFileAtomic(join(folder, PAIR_FINDINGS_FILE), JSON.stringify(findings));

const MEASURES_FILE = 'measures.json';
const INSPECTION_FILE = 'inspection.json';
const numbersSchema = z.record(z.string(), z.number());

/** The measures of a dataset by name, and what f sees in each of its images. */
export interface Measures {
  readonly numbers: Readonly<Record<string, number>>;
  readonly inspection: Inspection;
}

export const MEASURES: Result<Measures> = {
  name: 'measures',
  open: (folder) => ({
    numbers: numbersSchema.parse(jsonOf(join(folder, MEASURES_FILE))),
    inspection: inspectionSchema.parse(jsonOf(join(folder, INSPECTION_FILE))),
  }),
  record(run, folder) {
    run.summary(numbersSchema.parse(jsonOf(join(folder, MEASURES_FILE))));
    run.artefact(join(folder, MEASURES_FILE), 'measures');
    run.artefact(join(folder, INSPECTION_FILE), 'inspection');
  },
};

/** Writes {@link MEASURES}. */
export function saveMeasures(folder: string, { numbers, inspection }: Measures): void {
  writeFileAtomic(join(folder, MEASURES_FILE), JSON.stringify(numbers));
  writeFileAtomic(join(folder, INSPECTION_FILE), JSON.stringify(inspection));
}

const PICTURE_FILE = 'samples.png';

/** A picture of samples, as PNG. */
export const PICTURE: Result<Buffer> = {
  name: 'picture',
  open: (folder) => readFileSync(join(folder, PICTURE_FILE)),
  record: (run, folder) => run.artefact(join(folder, PICTURE_FILE), 'sample-grid'),
};

/** Writes {@link PICTURE}. */
export const savePicture = (folder: string, png: Buffer): void =>
  writeFileAtomic(join(folder, PICTURE_FILE), png);

const jsonOf = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
