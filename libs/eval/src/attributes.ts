import { mean, sum } from '@id3/core';
import { luma, withChannels, type Images } from '@id3/data';
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { rowsOf } from '@id3/protocol';

/** Side of the grey pictures that attributes are read off. */
const SIDE = 16;
/** Images to fit on at most: they suffice for some hundreds of weights. */
const MAX_FITTED = 5000;
/** One of so many people is kept out of the fit, to measure its error. */
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

/**
 * What a {@link Predictor} sees of the images `indices`: of each its grey 16×16 picture, then f's unit embedding [n, features].
 *
 * @param unit f's unit embeddings of the whole dataset: [images, size]
 */
export function attributeFeatures(
  dataset: Images,
  unit: Float64Array,
  size: number,
  indices: ArrayLike<number>,
): Float64Array {
  const width = SIDE * SIDE + size;
  const features = new Float64Array(indices.length * width);
  const colour = withChannels(dataset, 3);
  for (let k = 0; k < indices.length; k++) {
    const row = features.subarray(k * width, (k + 1) * width);
    addGrey(row, colour.image(indices[k]), dataset.height, dataset.width);
    row.set(unit.subarray(indices[k] * size, (indices[k] + 1) * size), SIDE * SIDE);
  }
  return features;
}

/** Evenly taken images, as many as a fit needs. */
export function fittedImages(count: number): Int32Array {
  const stride = Math.max(1, Math.ceil(count / MAX_FITTED));
  return Int32Array.from({ length: Math.ceil(count / stride) }, (_, k) => k * stride);
}

/**
 * Ridge regressions of each of `targets` [n] on `features` [n, width], fitted on four of five people and tested on the fifth. `labels` [n]
 * says who is on each image. None with fewer than ten people, or fewer than ten images to test on.
 */
export function fitPredictors<Key extends string>(
  features: Float64Array,
  targets: Readonly<Partial<Record<Key, readonly number[]>>>,
  labels: ArrayLike<number>,
): Partial<Record<Key, Predictor>> {
  const width = features.length / labels.length;
  const numbers = new Map([...new Set(Array.from(labels))].map((label, k) => [label, k]));
  const isHeldOut = (i: number) => numbers.get(labels[i])! % HELD_OUT === 0;
  const all = Array.from(labels, (_, i) => i);
  const [fitted, tested] = [all.filter((i) => !isHeldOut(i)), all.filter(isHeldOut)];
  if (numbers.size < 10 || tested.length < 10) return {};

  const rows = rowsOf(features, width);
  const x = new Matrix(fitted.map((i) => rows[i]));
  const centre = x.mean('column');
  // A feature that never varies is left as it is.
  const scale = x.standardDeviation('column', { mean: centre, unbiased: false }).map((std) => std || 1);
  const standardised = (matrix: Matrix) => matrix.subRowVector(centre).divRowVector(scale);
  standardised(x);
  const gram = x.transposeMultiply(x).add(Matrix.identity(width, width, PENALTY * fitted.length));
  const cholesky = new CholeskyDecomposition(gram);

  const fit = (values: readonly number[]): Predictor => {
    const average = mean(fitted.map((i) => values[i]));
    const deviations = Matrix.columnVector(fitted.map((i) => values[i] - average));
    const weights = cholesky.solve(x.transposeMultiply(deviations));
    const predict = (unseen: Float64Array): number[] =>
      standardised(Matrix.from1DArray(unseen.length / width, width, unseen))
        .mmul(weights)
        .add(average)
        .to1DArray();
    const predicted = predict(features);
    const errors = tested.map((i) => predicted[i] - values[i]);
    const testedMean = mean(tested.map((i) => values[i]));
    const squares = (numbers: readonly number[]) => sum(numbers.map((value) => value ** 2));
    return {
      predict,
      heldOut: {
        meanAbsoluteError: mean(errors.map(Math.abs)),
        r2: 1 - squares(errors) / (squares(tested.map((i) => values[i] - testedMean)) || 1),
      },
    };
  };
  const predictors: Partial<Record<Key, Predictor>> = {};
  for (const key in targets) {
    const values = targets[key];
    if (values !== undefined) predictors[key] = fit(values);
  }
  return predictors;
}

/** Adds an image's luminance, averaged over cells of a 16×16 grid, in [0, 1]. */
function addGrey(cells: Float64Array, rgb: Uint8Array, height: number, width: number): void {
  const weight = (SIDE * SIDE) / (height * width * 255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const cell = Math.floor((y * SIDE) / height) * SIDE + Math.floor((x * SIDE) / width);
      const at = (y * width + x) * 3;
      cells[cell] += weight * luma(rgb[at], rgb[at + 1], rgb[at + 2]);
    }
}
