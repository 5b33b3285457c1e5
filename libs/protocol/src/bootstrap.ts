import { Rng } from '@id3/core';
import type { ScoredPairs } from './protocol.ts';

/** A value with a bootstrap percentile interval. */
export interface BootstrapInterval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  readonly seed: number;
  /** Default 1000. */
  readonly samples?: number;
  /** Default 0.95. */
  readonly confidence?: number;
}

/**
 * True accept rate at a false accept rate (the `step` rule of `tarAtFar`), with the percentile interval of the stratified bootstrap
 * (Efron & Tibshirani 1993). Each sample draws as many same and as many different pairs as there are, with replacement, and
 * chooses its threshold anew, so the interval holds the threshold's uncertainty. It counts pairs as independent: where pairs
 * share people it is too narrow.
 */
export function bootstrapTarAtFar(
  { distances, same }: Pick<ScoredPairs, 'distances' | 'same'>,
  far: number,
  { seed, samples = 1000, confidence = 0.95 }: BootstrapOptions,
): BootstrapInterval {
  const ofKind = (kind: boolean) =>
    Float64Array.from(distances)
      .filter((_, i) => same[i] === kind)
      .sort();
  const [accepted, refused] = [ofKind(true), ofKind(false)];
  const once = (count: number) => new Uint16Array(count).fill(1);
  const rng = new Rng(seed, 'bootstrap');
  const resampled = (count: number) => {
    const counts = new Uint16Array(count);
    for (let k = 0; k < count; k++) counts[rng.int(count)]++;
    return counts;
  };
  const values = Float64Array.from({ length: samples }, () =>
    rateAt(far, [accepted, resampled(accepted.length)], [refused, resampled(refused.length)]),
  ).sort();
  const quantile = (share: number) => values[Math.round(share * (samples - 1))];
  return {
    value: rateAt(far, [accepted, once(accepted.length)], [refused, once(refused.length)]),
    low: quantile((1 - confidence) / 2),
    high: quantile((1 + confidence) / 2),
  };
}

/** Ascending distances, and how often each counts: [pairs] each. */
type Sample = readonly [distances: Float64Array, counts: Uint16Array];

/** TAR at FAR of a sample of pairs of one person and one of pairs of two. */
function rateAt(far: number, [same, sameCounts]: Sample, [different, differentCounts]: Sample): number {
  // The first distance whose pairs may no longer be accepted: tied ones come in together.
  let accepts = 0;
  let limit = Infinity;
  for (let i = 0; i < different.length && limit === Infinity; i++) {
    accepts += differentCounts[i];
    if (differentCounts[i] > 0 && accepts / different.length > far) limit = different[i];
  }
  let trueAccepts = 0;
  for (let i = 0; i < same.length && same[i] < limit; i++) trueAccepts += sameCounts[i];
  return trueAccepts / same.length;
}
