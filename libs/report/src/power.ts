import type { Interval } from './statistics.ts';
import { twoSidedPower, twoSidedQuantile } from './student.ts';

/** Half a point of accuracy, as a share: a difference surely smaller than this is called no effect. */
export const EQUIVALENCE_MARGIN = 0.005;

/**
 * Whether the expected difference is smaller than the margin, by two one-sided t tests at 5 % each (Schuirmann 1987): the
 * 90 % interval lies inside ± margin. False for a single number, of which nothing is sure.
 */
export function isEquivalent(
  { mean, standardError, df }: Pick<Interval, 'mean' | 'standardError' | 'df'>,
  margin = EQUIVALENCE_MARGIN,
): boolean {
  if (standardError === undefined || df === undefined) return false;
  return Math.abs(mean) + twoSidedQuantile(0.9, df) * standardError < margin;
}

/**
 * The smallest true difference that a two-sided t test at `level` in (0, 1) finds with 80 % power, in the unit of the standard
 * error: noncentral t, solved by bisection to a millionth. The error's own estimate is taken for the truth.
 */
export function detectableDifference(
  { standardError, df }: { readonly standardError: number; readonly df: number },
  level = 0.05,
): number {
  const critical = twoSidedQuantile(1 - level, df);
  let [lo, hi] = [0, 1];
  while (twoSidedPower(hi, critical, df) < 0.8) [lo, hi] = [hi, 2 * hi];
  while (hi - lo > 1e-6 * hi) {
    const middle = (lo + hi) / 2;
    if (twoSidedPower(middle, critical, df) < 0.8) lo = middle;
    else hi = middle;
  }
  return hi * standardError;
}
