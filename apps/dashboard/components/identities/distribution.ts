import { sum } from '@id3/core/numbers';
import type { CosineHistogram } from '@id3/data/browse';

/** A distribution of cosines over equal bins of [-1, 1]. */
export interface Distribution {
  readonly pairs: number;
  readonly mean: number;
  /** Share of the pairs in each bin. */
  readonly shares: readonly number[];
  /** Share of pairs at or above a cosine; a bin that it cuts counts in proportion. */
  shareAbove(cosine: number): number;
}

/** The middle of bin k of `bins`. */
export const middleOf = (k: number, bins: number): number => -1 + (2 * (k + 0.5)) / bins;

export function distributionOf(counts: readonly number[]): Distribution {
  const bins = counts.length;
  const pairs = sum(counts);
  const shares = counts.map((count) => (pairs === 0 ? 0 : count / pairs));
  return {
    pairs,
    mean: sum(shares.map((share, k) => share * middleOf(k, bins))),
    shares,
    shareAbove: (cosine) => {
      const edge = ((cosine + 1) / 2) * bins;
      return sum(shares.map((share, k) => share * Math.max(0, Math.min(1, k + 1 - edge))));
    },
  };
}

/** Bins that any of the distributions reaches, [from, to). */
export function reachedBins(distributions: readonly Distribution[]): [from: number, to: number] {
  const reached = distributions[0].shares.map((_, k) => distributions.some(({ shares }) => shares[k] > 0));
  const from = Math.max(0, reached.indexOf(true) - 1);
  return [from, Math.min(reached.length, reached.lastIndexOf(true) + 2)];
}

/** Cosines between two images of one identity, and of two. */
export const bothOf = ({ within, between }: CosineHistogram) => ({
  within: distributionOf(within),
  between: distributionOf(between),
});
