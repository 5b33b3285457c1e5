import { UserError, dot } from '@id3/core';

/** Row-major embeddings [n,d]: what a recogniser returns (32 bits) or what the protocol keeps (64 bits). */
export type Embeddings = Float32Array | Float64Array;

/**
 * Each row divided by its L2 norm, in 64 bits; a zero row stays zero, as `sklearn.preprocessing.normalize`
 * leaves it. `embeddings` is [n, size]. Throws a UserError at the first row that holds NaN or infinity.
 */
export function normaliseRows(embeddings: Embeddings, size: number): Float64Array {
  const unit = Float64Array.from(embeddings);
  rowsOf(unit, size).forEach((row, i) => {
    const square = dot(row, row);
    if (!Number.isFinite(square))
      throw new UserError(
        `The embedding of image ${i} is not finite; the recogniser has diverged or read a broken image: train it again or check that image.`,
      );
    const norm = Math.sqrt(square) || 1;
    for (let k = 0; k < size; k++) row[k] /= norm;
  });
  return unit;
}

/**
 * The embedding of the verification protocol: of the image plus of its mirror image, then normalised
 * (InsightFace `verification.py`; neither summand is normalised before). Both are [n, size]; so is the result.
 */
export function sumWithMirror(image: Embeddings, mirror: Embeddings, size: number): Float64Array {
  if (image.length !== mirror.length)
    throw new RangeError(`${image.length} values for images, ${mirror.length} for mirrored ones`);
  return normaliseRows(
    Float64Array.from(image, (value, k) => value + mirror[k]),
    size,
  );
}

/** The rows of a matrix [n, size], as views. */
export const rowsOf = (matrix: Float64Array, size: number): Float64Array[] =>
  Array.from({ length: matrix.length / size }, (_, i) => matrix.subarray(i * size, (i + 1) * size));

export type ImagePairs = readonly { readonly a: number; readonly b: number }[];

/** Squared L2 distance of each pair's embeddings [n, size]: [pairs], within [0, 4] for unit rows. */
export function squaredDistances(embeddings: Float64Array, size: number, pairs: ImagePairs): Float64Array {
  const rows = rowsOf(embeddings, size);
  return Float64Array.from(pairs, ({ a, b }) => {
    let squares = 0;
    for (let k = 0; k < size; k++) squares += (rows[a][k] - rows[b][k]) ** 2;
    return squares;
  });
}

/** Inner product of each pair's embeddings [n, size]: [pairs], their cosine for unit rows. */
export function cosines(embeddings: Float64Array, size: number, pairs: ImagePairs): Float64Array {
  const rows = rowsOf(embeddings, size);
  return Float64Array.from(pairs, ({ a, b }) => dot(rows[a], rows[b]));
}
