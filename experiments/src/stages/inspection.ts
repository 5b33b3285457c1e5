import { join, relative, sep } from 'node:path';
import type { Dataset, Inspection } from '@id3/data';
import {
  attributeFeatures,
  cosineHistogram,
  cosinesTo,
  fitPredictors,
  fittedImages,
  type Predictor,
  identityCentres,
  nearestRows,
  principalMap,
} from '@id3/eval';
import { normaliseRows } from '@id3/protocol';
import type { Embeddings } from './results.ts';

/** So many images of the reference are on the map. */
const MAPPED = 2000;
const HISTOGRAM_SEED = 1;

interface InspectionInputs {
  /** The stage's folder. */
  readonly folder: string;
  readonly dataset: Dataset;
  /** Of the dataset, by f. */
  readonly embeddings: Embeddings;
  /** The `train` pool and its embeddings. */
  readonly pool: Dataset;
  readonly reference: Embeddings;
  /** [N,d], of a generated dataset. */
  readonly anchors: Float32Array | undefined;
  /** Cosine from which f takes two faces for one person. */
  readonly threshold: number;
}

/** What f sees in each image of a dataset: how far it is from what was asked for, and from the faces f knows. */
export function inspect(inputs: InspectionInputs): Inspection {
  const { folder, dataset, threshold } = inputs;
  const isPool = dataset.folder === inputs.pool.folder;
  const own = facesOf(dataset, inputs.embeddings);
  const pool = isPool ? own : facesOf(inputs.pool, inputs.reference);
  const { size, unit, labels } = own;
  const anchors = inputs.anchors && Float64Array.from(inputs.anchors);
  const { centres, rows } = identityCentres({ embeddings: unit, size, labels });
  const asked = askedOf(dataset, size);
  const { explained, project } = principalMap(pool.unit, size);
  // A stage's folder is two below the artefact root.
  const fromRoot = (other: string) =>
    relative(join(folder, '..', '..'), other)
      .split(sep)
      .join('/');
  const inspection: Inspection = {
    formatVersion: 1,
    dataset: fromRoot(dataset.folder),
    threshold: round(threshold),
    images: {
      label: Array.from(labels),
      age: knownOf(dataset, 'age'),
      yaw: knownOf(dataset, 'yaw'),
      toAsked: asked && rounded(cosinesTo(unit, normaliseRows(asked, size), size)),
      toAnchor: anchors && rounded(cosinesTo(unit, anchors, size, (i) => labels[i])),
      toCentre: rounded(cosinesTo(unit, centres, size, (i) => rows[i])),
    },
    predicted: predictedOf(own, pool),
    histogram: cosineHistogram(unit, size, labels, HISTOGRAM_SEED),
    map: {
      explained,
      images: rounded(project(unit)),
      anchors: anchors && rounded(project(anchors)),
    },
  };
  if (isPool) return inspection;

  const nearest = nearestRows(unit, pool.unit, size);
  const stride = Math.ceil(pool.labels.length / MAPPED);
  const mapped = Array.from({ length: Math.ceil(pool.labels.length / stride) }, (_, k) => k * stride);
  const rowsOf = (indices: readonly number[]) =>
    Float64Array.from(indices.flatMap((i) => [...pool.unit.subarray(i * size, (i + 1) * size)]));
  return {
    ...inspection,
    reference: fromRoot(inputs.pool.folder),
    nearest: { ...nearest, cosine: rounded(nearest.cosine) },
    referenceHistogram: cosineHistogram(pool.unit, size, pool.labels, HISTOGRAM_SEED),
    map: { ...inspection.map, reference: { index: mapped, at: rounded(project(rowsOf(mapped))) } },
  };
}

/** A dataset and f's unit embeddings of it. */
export interface Faces {
  readonly dataset: Dataset;
  readonly labels: Int32Array;
  /** [n, size] */
  readonly unit: Float64Array;
  readonly size: number;
}

export function facesOf(dataset: Dataset, { data, size }: Embeddings): Faces {
  return { dataset, labels: dataset.labels, unit: normaliseRows(data, size), size };
}

/** The `y` of every image: [n,d]; absent where images were not asked for. */
export function askedOf(dataset: Dataset, d: number): Float32Array | undefined {
  if (dataset.embedding(0) === undefined) return undefined;
  const asked = new Float32Array(dataset.count * d);
  for (let i = 0; i < dataset.count; i++) asked.set(dataset.embedding(i)!, i * d);
  return asked;
}

/** An attribute of every image; undefined where one does not tell. */
function knownOf(dataset: Dataset, key: 'age' | 'yaw'): number[] | undefined {
  const values = Array.from({ length: dataset.count }, (_, i) => dataset.record(i)[key]);
  return values.every((value) => value !== undefined) ? values.map((value) => round(value, 2)) : undefined;
}

/** What reads age and yaw off images, as the pool's images and their ground truth teach; without what these do not tell. */
export function predictorsFrom(pool: Faces): { age?: Predictor; yaw?: Predictor } {
  const [age, yaw] = [knownOf(pool.dataset, 'age'), knownOf(pool.dataset, 'yaw')];
  if (age === undefined && yaw === undefined) return {};
  const fitted = Array.from(fittedImages(pool.labels.length));
  const taken = (truth: readonly number[] | undefined) => truth && fitted.map((i) => truth[i]);
  return fitPredictors(
    attributeFeatures(pool.dataset, pool.unit, pool.size, fitted),
    { age: taken(age), yaw: taken(yaw) },
    fitted.map((i) => pool.labels[i]),
  );
}

/** Age and yaw read off every image. */
function predictedOf(faces: Faces, pool: Faces): Inspection['predicted'] {
  const { age, yaw } = predictorsFrom(pool);
  if (age === undefined && yaw === undefined) return {};
  const all = Array.from(faces.labels, (_, i) => i);
  const features = attributeFeatures(faces.dataset, faces.unit, faces.size, all);
  const read = (predictor: Predictor | undefined) =>
    predictor && {
      value: predictor.predict(features).map((v) => round(v, 1)),
      meanAbsoluteError: round(predictor.heldOut.meanAbsoluteError, 2),
      r2: round(predictor.heldOut.r2, 3),
    };
  return { age: read(age), yaw: read(yaw) };
}

const round = (value: number, digits = 4): number => Number(value.toFixed(digits));
const rounded = (values: readonly number[]): number[] => values.map((value) => round(value));
