import type { Dataset } from '@id3/data';
import { CholeskyDecomposition, Matrix } from 'ml-matrix';

/** Side of the grey pictures that attributes are read off. */
const SIDE = 16;
/** So many images suffice to fit some hundreds of weights. */
const MOST_FITTED = 5000;
/** Every so many people are kept out of the fit, to tell its error. */
const HELD_OUT = 5;
/** Ridge penalty per fitted image, of standardised features. */
const PENALTY = 0.01;

/** An attribute read off an image by a linear model. */
export interface Predictor {
  /** [n, features] → [n] */
  predict(features: Float64Array): number[];
  /** Mean absolute error, and share of variance explained, on people that were not fitted. */
  readonly heldOut: { readonly meanAbsoluteError: number; readonly r2: number };
}

/** What a {@link Predictor} sees of images `indices`: grey 16×16 pictures and f's unit embedding; [n, features]. */
export function attributeFeatures(
  dataset: Dataset,
  unit: Float64Array,
  size: number,
  indices: ArrayLike<number>,
): Float64Array {
  const width = SIDE * SIDE + size;
  const features = new Float64Array(indices.length * width);
  for (let k = 0; k < indices.length; k++) {
    const row = features.subarray(k * width, (k + 1) * width);
    addGrey(row, dataset.image(indices[k]), dataset.height, dataset.width);
    row.set(unit.subarray(indices[k] * size, (indices[k] + 1) * size), SIDE * SIDE);
  }
  return features;
}

/** Evenly taken images, as many as a fit needs. */
export function fittedImages(count: number): Int32Array {
  const stride = Math.max(1, Math.ceil(count / MOST_FITTED));
  return Int32Array.from({ length: Math.ceil(count / stride) }, (_, k) => k * stride);
}

/**
 * Ridge regression of `values` [n] on `features` [n, width], fitted on four of five people; undefined where fewer
 * than ten people, or images, are left to fit or to test.
 */
export function fitPredictor(
  features: Float64Array,
  values: readonly number[],
  labels: ArrayLike<number>,
): Predictor | undefined {
  const width = features.length / values.length;
  const numbers = new Map([...new Set(Array.from(labels))].map((label, k) => [label, k]));
  const isHeldOut = (i: number) => numbers.get(labels[i])! % HELD_OUT === 0;
  const all = values.map((_, i) => i);
  const [fitted, tested] = [all.filter((i) => !isHeldOut(i)), all.filter(isHeldOut)];
  if (numbers.size < 10 || tested.length < 10) return undefined;

  const { mean, scale } = moments(features, width, fitted);
  const centre = fitted.reduce((sum, i) => sum + values[i], 0) / fitted.length;
  const gram = new Float64Array(width * width);
  const right = new Float64Array(width);
  const x = new Float64Array(width);
  for (const i of fitted) {
    for (let k = 0; k < width; k++) x[k] = (features[i * width + k] - mean[k]) / scale[k];
    for (let a = 0; a < width; a++) {
      right[a] += x[a] * (values[i] - centre);
      for (let b = 0; b <= a; b++) gram[a * width + b] += x[a] * x[b];
    }
  }
  for (let a = 0; a < width; a++) {
    gram[a * width + a] += PENALTY * fitted.length;
    for (let b = 0; b < a; b++) gram[b * width + a] = gram[a * width + b];
  }
  const weights = new CholeskyDecomposition(Matrix.from1DArray(width, width, gram))
    .solve(Matrix.columnVector(right))
    .to1DArray();

  const predict = (rows: Float64Array): number[] =>
    Array.from({ length: rows.length / width }, (_, i) =>
      weights.reduce((sum, w, k) => sum + (w * (rows[i * width + k] - mean[k])) / scale[k], centre),
    );
  const predicted = predict(features);
  const average = tested.reduce((sum, i) => sum + values[i], 0) / tested.length;
  const total = (of: (i: number) => number) => tested.reduce((sum, i) => sum + of(i), 0);
  return {
    predict,
    heldOut: {
      meanAbsoluteError: total((i) => Math.abs(predicted[i] - values[i])) / tested.length,
      r2: 1 - total((i) => (predicted[i] - values[i]) ** 2) / (total((i) => (values[i] - average) ** 2) || 1),
    },
  };
}

/** Mean and standard deviation of each feature over some rows; 1 in place of a deviation of 0. */
function moments(features: Float64Array, width: number, rows: readonly number[]) {
  const mean = new Float64Array(width);
  const scale = new Float64Array(width);
  for (const i of rows) for (let k = 0; k < width; k++) mean[k] += features[i * width + k] / rows.length;
  for (const i of rows)
    for (let k = 0; k < width; k++) scale[k] += (features[i * width + k] - mean[k]) ** 2 / rows.length;
  return { mean, scale: scale.map((variance) => Math.sqrt(variance) || 1) };
}

/** Adds an image's luminance, averaged over cells of a 16×16 grid, in [0, 1]. */
function addGrey(cells: Float64Array, rgb: Uint8Array, height: number, width: number): void {
  const weight = (SIDE * SIDE) / (height * width * 255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const cell = Math.floor((y * SIDE) / height) * SIDE + Math.floor((x * SIDE) / width);
      const at = (y * width + x) * 3;
      cells[cell] += weight * (0.299 * rgb[at] + 0.587 * rgb[at + 1] + 0.114 * rgb[at + 2]);
    }
}
