import { dot, mean, standardDeviation } from '@id3/core';
import { normaliseRows, rowsOf, type Embeddings } from '@id3/protocol';
import { frechetDistance, gaussianOf } from './frechet.ts';
import { cosinesTo } from './inspection.ts';

/** Mean and population standard deviation of a set of numbers. */
export interface Spread {
  readonly mean: number;
  readonly std: number;
}

/** Images of a labelled dataset as a recogniser sees them. */
export interface EmbeddedDataset {
  /** [n, size]; need not have unit length. */
  readonly embeddings: Embeddings;
  readonly size: number;
  /** Identity of each image: [n]. */
  readonly labels: ArrayLike<number>;
}

/** The mean direction of each identity. */
export interface IdentityCentres {
  /** Unit vectors [identities, size], identities in order of first appearance. */
  readonly centres: Float64Array;
  /** Which row of `centres` belongs to each image: [n]. */
  readonly rows: Int32Array;
  /** Images of each identity: [identities]. */
  readonly counts: number[];
}

/** How far identities lie apart: cosines between the centres of all pairs of identities. */
export interface InterClass extends Spread {
  readonly max: number;
  /** Share of identity pairs whose centres are at least as close as the threshold: likely one face under two labels. */
  readonly shareAbove: number;
  /** Share of identities that have such a double: whose nearest other one is at least as close as the threshold. */
  readonly doubles: number;
}

/** The dataset measures of method.md ("Diversity and consistency, as numbers"). */
export interface DatasetMeasures {
  readonly images: number;
  readonly identities: number;
  /** Undefined with a single identity. */
  readonly interClass: InterClass | undefined;
  /** Cosine of each image to its identity's centre (to which the image itself contributes). */
  readonly toCentre: Spread;
  /** Cosine of each image to the `y` that it was asked for, where there is one. */
  readonly toAsked: Spread | undefined;
  /** 1 - cosine between two images of one identity, averaged over pairs, then over identities; in [0, 2]. */
  readonly featureDistance: number | undefined;
  /** Spread of age (years) and yaw (degrees) within an identity; see {@link withinIdentityStd}. */
  readonly ageStd: number | undefined;
  readonly yawStd: number | undefined;
  /** Squared Fréchet distance to the reference images' unit embeddings under the same recogniser. */
  readonly frechet: number | undefined;
}

export interface MeasureInputs extends EmbeddedDataset {
  /** Cosine at and above which two faces count as one person; from a squared L2 threshold t it is 1 - t/2. */
  readonly threshold: number;
  /** The `y` each image was generated for: [n, size]. */
  readonly asked?: Embeddings;
  /** Years and degrees, predicted or true: [n]. */
  readonly age?: ArrayLike<number>;
  readonly yaw?: ArrayLike<number>;
  /** Embeddings of training images under the same recogniser: [m, size]. */
  readonly reference?: Embeddings;
}

/** All measures that the given inputs allow. */
export function measureDataset(inputs: MeasureInputs): DatasetMeasures {
  const { size, labels, threshold, asked, age, yaw, reference } = inputs;
  const unit = normaliseRows(inputs.embeddings, size);
  const identities = identityCentres({ embeddings: unit, size, labels });
  return {
    images: labels.length,
    identities: identities.counts.length,
    interClass: identities.counts.length > 1 ? interClass(identities.centres, size, threshold) : undefined,
    toCentre: spread(cosinesTo(unit, identities.centres, size, (i) => identities.rows[i])),
    toAsked: asked && spread(cosinesTo(unit, normaliseRows(asked, size), size)),
    featureDistance: featureDistance({ embeddings: unit, size, labels }),
    ageStd: age && withinIdentityStd(age, labels),
    yawStd: yaw && withinIdentityStd(yaw, labels),
    frechet:
      reference && frechetDistance(gaussianOf(unit, size), gaussianOf(normaliseRows(reference, size), size)),
  };
}

/** The normalised mean of each identity's unit embeddings. */
export function identityCentres({ embeddings, size, labels }: EmbeddedDataset): IdentityCentres {
  const { rows, counts } = groupRows(labels);
  return {
    centres: normaliseRows(sumsOf(normaliseRows(embeddings, size), rows, counts.length), size),
    rows,
    counts,
  };
}

/** Cosines between all pairs of unit centres [identities, size], at least two; time grows as identities² · size. */
export function interClass(centres: Float64Array, size: number, threshold: number): InterClass {
  const rows = rowsOf(centres, size);
  const pairs = (rows.length * (rows.length - 1)) / 2;
  const hasDouble = new Uint8Array(rows.length);
  let [sum, squares, max, above] = [0, 0, -1, 0];
  for (let i = 0; i < rows.length; i++)
    for (let j = 0; j < i; j++) {
      const cosine = dot(rows[i], rows[j]);
      sum += cosine;
      squares += cosine * cosine;
      max = Math.max(max, cosine);
      if (cosine < threshold) continue;
      above++;
      hasDouble[i] = hasDouble[j] = 1;
    }
  const average = sum / pairs;
  return {
    mean: average,
    std: Math.sqrt(Math.max(0, squares / pairs - average * average)),
    max,
    shareAbove: above / pairs,
    doubles: mean(hasDouble),
  };
}

/**
 * Mean of 1 - cosine over the pairs of images within an identity, then over the identities with two images or more, in [0, 2].
 * Undefined where there are none. For m unit vectors Σ_{i≠j} uᵢᵀuⱼ = |Σ u|² - m, so no pair is visited.
 */
export function featureDistance({ embeddings, size, labels }: EmbeddedDataset): number | undefined {
  const unit = normaliseRows(embeddings, size);
  const { rows, counts } = groupRows(labels);
  const own = new Float64Array(counts.length);
  rowsOf(unit, size).forEach((image, i) => (own[rows[i]] += dot(image, image)));
  const distances = rowsOf(sumsOf(unit, rows, counts.length), size).flatMap((total, row) =>
    counts[row] < 2 ? [] : [1 - (dot(total, total) - own[row]) / (counts[row] * (counts[row] - 1))],
  );
  return distances.length ? mean(distances) : undefined;
}

/**
 * Pooled standard deviation of a value within identities: √(Σ squared deviations from the identity's mean /
 * Σ (images - 1)). Undefined where no identity has two images.
 */
export function withinIdentityStd(values: ArrayLike<number>, labels: ArrayLike<number>): number | undefined {
  const { rows, counts } = groupRows(labels);
  const means = new Float64Array(counts.length);
  rows.forEach((row, i) => (means[row] += values[i] / counts[row]));
  let squares = 0;
  rows.forEach((row, i) => (squares += (values[i] - means[row]) ** 2));
  const freedom = labels.length - counts.length;
  return freedom > 0 ? Math.sqrt(squares / freedom) : undefined;
}

/** The sum of each identity's unit embeddings: [identities, size]; `rows` says which is whose. */
function sumsOf(unit: Float64Array, rows: Int32Array, identities: number): Float64Array {
  const size = unit.length / rows.length;
  const sums = new Float64Array(identities * size);
  rowsOf(unit, size).forEach((image, i) => {
    for (let k = 0; k < size; k++) sums[rows[i] * size + k] += image[k];
  });
  return sums;
}

/** Numbers labels 0, 1, … in order of appearance, and counts them. */
function groupRows(labels: ArrayLike<number>): { rows: Int32Array; counts: number[] } {
  const rowOf = new Map<number, number>();
  const counts: number[] = [];
  const rows = Int32Array.from(labels, (label) => {
    const row = rowOf.get(label) ?? rowOf.size;
    rowOf.set(label, row);
    counts[row] = (counts[row] ?? 0) + 1;
    return row;
  });
  return { rows, counts };
}

const spread = (values: readonly number[]): Spread => ({
  mean: mean(values),
  std: standardDeviation(values),
});
