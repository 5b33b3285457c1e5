import { UserError } from '@id3/core';
import type { ScoredPairs } from './protocol.ts';

/**
 * The receiver operating characteristic: what each threshold accepts, from nothing to everything. One point for
 * each distinct distance, so that pairs with tied distances come in together; [points] each.
 */
export interface Roc {
  /** Pairs with a distance up to and including this one are accepted; -Infinity at the first point. */
  readonly thresholds: number[];
  /** False accept rate: share of different pairs accepted, ascending from 0 to 1. */
  readonly far: number[];
  /** True accept rate: share of same pairs accepted, ascending from 0 to 1. */
  readonly tar: number[];
  /** How many different and same pairs the rates are shares of. */
  readonly different: number;
  readonly same: number;
}

/** The ROC of scored pairs, smaller distances accepted first. UserError unless both kinds of pairs occur. */
export function rocOf({ distances, same }: Pick<ScoredPairs, 'distances' | 'same'>): Roc {
  const order = Uint32Array.from({ length: distances.length }, (_, i) => i).sort(
    (i, j) => distances[i] - distances[j],
  );
  const roc = { thresholds: [-Infinity], far: [0], tar: [0] };
  let [falseAccepts, trueAccepts] = [0, 0];
  order.forEach((i, k) => {
    if (same[i]) trueAccepts++;
    else falseAccepts++;
    if (k + 1 < order.length && distances[order[k + 1]] === distances[i]) return;
    roc.thresholds.push(distances[i]);
    roc.far.push(falseAccepts);
    roc.tar.push(trueAccepts);
  });
  if (!falseAccepts || !trueAccepts)
    throw new UserError(
      `Verification needs pairs of one person and pairs of two, but there are ${trueAccepts} and ${falseAccepts}; check the list of pairs.`,
    );
  return {
    thresholds: roc.thresholds,
    far: roc.far.map((accepts) => accepts / falseAccepts),
    tar: roc.tar.map((accepts) => accepts / trueAccepts),
    different: falseAccepts,
    same: trueAccepts,
  };
}

/** Area under the ROC (trapezoids): the chance that a same pair is nearer than a different one, ties counted half. */
export function auc({ far, tar }: Roc): number {
  let area = 0;
  for (let i = 1; i < far.length; i++) area += ((far[i] - far[i - 1]) * (tar[i] + tar[i - 1])) / 2;
  return area;
}

/** Equal error rate: where false accept and false reject rates meet, linear between the ROC's points. In [0, 1]. */
export function eer({ far, tar }: Roc): number {
  // far + tar grows at every point, so it passes 1 exactly once.
  const i = far.findIndex((rate, k) => rate + tar[k] >= 1);
  const [before, after] = [far[i - 1] + tar[i - 1], far[i] + tar[i]];
  return far[i - 1] + ((1 - before) / (after - before)) * (far[i] - far[i - 1]);
}

/**
 * True accept rate at a false accept rate.
 * - `step` (default): the highest TAR of a threshold whose FAR does not exceed `target`. No pair is split, so a
 *   deployed system attains it; it is pessimistic by less than one different pair.
 * - `linear`: on the straight line between the two neighbouring points of the ROC; where several points have
 *   exactly the FAR asked for, the highest.
 * Fewer than 1/target different pairs cannot measure so small a rate: see {@link measurableFars}.
 */
export function tarAtFar(
  { far, tar }: Roc,
  target: number,
  interpolation: 'step' | 'linear' = 'step',
): number {
  const after = far.findIndex((rate) => rate > target);
  if (after < 0) return 1;
  const before = after - 1;
  if (before < 0) return 0;
  if (interpolation === 'step') return tar[before];
  const share = (target - far[before]) / (far[after] - far[before]);
  return tar[before] + share * (tar[after] - tar[before]);
}

/** The false accept rates of `targets` that so many different pairs can measure: those at which they accept one or more. */
export function measurableFars(
  roc: Pick<Roc, 'different'>,
  targets: readonly number[] = [1e-1, 1e-2, 1e-3],
): number[] {
  return targets.filter((target) => target * roc.different >= 1);
}

/**
 * The ROC's corners as [far, tar], without the points on straight runs between them: the same curve, small enough to
 * keep and to plot.
 */
export function rocCurve({ far, tar }: Roc): [far: number, tar: number][] {
  return far.flatMap((x, i): [number, number][] => {
    const between = i > 0 && i < far.length - 1;
    const straight =
      between && ((far[i - 1] === x && far[i + 1] === x) || (tar[i - 1] === tar[i] && tar[i + 1] === tar[i]));
    return straight ? [] : [[x, tar[i]]];
  });
}

/** Counts of same and different pairs over equal bins of the score; [bins] each. */
export interface ScoreHistogram {
  readonly lo: number;
  readonly hi: number;
  readonly same: number[];
  readonly different: number[];
}

/** Histogram of scores over [lo, hi] (cosines: -1 to 1); scores outside count in the outermost bins. */
export function scoreHistogram(
  scores: ArrayLike<number>,
  same: ArrayLike<boolean>,
  { lo = -1, hi = 1, bins = 50 }: { lo?: number; hi?: number; bins?: number } = {},
): ScoreHistogram {
  const histogram = {
    lo,
    hi,
    same: new Array<number>(bins).fill(0),
    different: new Array<number>(bins).fill(0),
  };
  for (let i = 0; i < scores.length; i++) {
    const bin = Math.floor(((scores[i] - lo) / (hi - lo)) * bins);
    histogram[same[i] ? 'same' : 'different'][Math.min(bins - 1, Math.max(0, bin))]++;
  }
  return histogram;
}
