import { Rng, UserError } from '@id3/core';
import { embeddingBetween, embeddingNear, randomDirections } from '@id3/model';
import type { FaceRequest } from '@id3/studio-client';

/** A new identity: an anchor drawn from the sphere S^{d-1} by a seed. */
export const newAnchor = (seed: number, d: number): Float32Array =>
  randomDirections(1, d, new Rng(seed, 'studio'));

/**
 * y of a request: on the arc between two identities, then away from there by a cosine.
 *
 * @param anchorOf the direction [d] of an identity's words
 */
export function identityOf(
  { from = FIRST, to, t = 0, c = 1, direction = 1 }: FaceRequest,
  anchorOf: (words: string) => Float32Array,
): Float32Array {
  const start = anchorOf(from);
  const w = to === undefined ? start : embeddingBetween(start, anchorOf(to), t);
  return c === 1 ? w : embeddingNear(w, c, c, new Rng(direction, 'studio', 'away'));
}

/** The identity where none is asked for. */
export const FIRST = 'new:1';

/** One row of anchors [N,d]. Throws a UserError where there is none of this number. */
export function anchorAt(anchors: Float32Array, d: number, number: number, set: string): Float32Array {
  const count = anchors.length / d;
  if (number >= count) throw new UserError(`${set} has no identity ${number}; it has 0 to ${count - 1}.`);
  return anchors.slice(number * d, (number + 1) * d);
}
