import { UserError } from '@id3/core';
import type { Dataset } from '@id3/data';
import { embedDataset, type Embed } from '@id3/model';
import { cosines, squaredDistances, sumWithMirror } from '@id3/protocol';
import { kFoldAccuracy, type ThresholdRule } from '@id3/protocol';
import { auc, eer, measurableFars, rocCurve, rocOf, scoreHistogram, tarAtFar } from '@id3/protocol';
import { slicePairs, type Slice } from './slices.ts';

export interface VerifyOptions {
  /** Name under which the result is kept, such as `rendered-lfw`. */
  readonly benchmark: string;
  /** Images a call of `embed`; default 64. */
  readonly batchSize?: number;
  /** Default `exact`. */
  readonly thresholds?: ThresholdRule;
  /** False accept rates to report the true accept rate at, where there are enough pairs; default 0.1, 0.01, 0.001. */
  readonly fars?: readonly number[];
}

/** The outcome of one benchmark; accuracies, AUC, EER and rates are shares from 0 to 1. */
export interface VerificationResult {
  readonly benchmark: string;
  /** Number of pairs. */
  readonly pairs: number;
  /** Mean and population standard deviation over folds. */
  readonly accuracy: number;
  readonly accuracyStd: number;
  /** The threshold is on squared L2 distances, chosen on the other folds. */
  readonly folds: { fold: number; accuracy: number; threshold: number }[];
  readonly auc: number;
  readonly eer: number;
  /** True accept rate by false accept rate, such as `{ '0.01': 0.87 }`. */
  readonly tarAtFar: Record<string, number>;
  /** ROC as [far, tar]; histograms of both kinds of pairs' cosines as [middle of the bin, pairs]. */
  readonly curves: { kind: 'roc' | 'same' | 'different'; points: [number, number][] }[];
  /** By what the ground truth knows of the pairs; empty where it knows nothing. */
  readonly slices: Slice[];
  /** Cosine of each pair, in the benchmark's order. */
  readonly scores: Float64Array;
}

/**
 * Verifies a recogniser on a benchmark. The embeddings of an image and of its mirror image are summed and normalised, pairs are
 * scored by squared L2 distance, and each fold is judged at the threshold that the others choose. Throws a UserError where
 * the dataset has no pairs, an embedding is not finite or all are the same.
 *
 * Agrees with InsightFace's `verification.py` (tested to 1e-12 against a separate implementation in Python), except here:
 * - Thresholds: by default the best of all. `thresholds: 'insightface'` tries a grid of 0.01 and gives the accuracy of
 *   `verification.py`; the default may be a little above or below it.
 * - `tarAtFar` is taken over all pairs at once, at a threshold that a system could use. The VAL at FAR of `verification.py` takes
 *   its threshold from nine folds and averages over folds: see `kFoldTarAtFar`.
 * - Folds are those of the dataset's pairs: ten runs in file order for a `.bin`, as there; for an original list, those
 *   that it states.
 * - A picture that a `.bin` holds several times is embedded once. Its embedding is the same each time.
 * - Rows that are all zero stay zero, as scikit-learn's `normalize` leaves them; rows that are not finite are refused,
 *   where `verification.py` would count them as different people.
 */
export async function verify(
  embed: Embed,
  dataset: Dataset,
  options: VerifyOptions,
): Promise<VerificationResult> {
  const { pairs } = dataset;
  if (!pairs?.length)
    throw new UserError(
      `${dataset.folder} has no verification pairs; name a benchmark's folder, not a training set's.`,
    );
  const image = await embedDataset(embed, dataset, { batchSize: options.batchSize });
  const mirror = await embedDataset(embed, dataset, { batchSize: options.batchSize, mirror: true });
  const size = image.length / dataset.count;
  const embeddings = sumWithMirror(image, mirror, size);
  refuseConstant(embeddings, size);

  const scored = {
    distances: squaredDistances(embeddings, size, pairs),
    same: pairs.map((pair) => pair.same),
    folds: pairs.map((pair) => pair.fold),
  };
  const { mean, std, accuracies, thresholds } = kFoldAccuracy(scored, options.thresholds);
  const roc = rocOf(scored);
  const scores = cosines(embeddings, size, pairs);
  const histogram = scoreHistogram(scores, scored.same);
  const binWidth = (histogram.hi - histogram.lo) / histogram.same.length;
  const bars = (kind: 'same' | 'different') => ({
    kind,
    points: histogram[kind].map((count, bin): [number, number] => [
      histogram.lo + (bin + 0.5) * binWidth,
      count,
    ]),
  });
  return {
    benchmark: options.benchmark,
    pairs: pairs.length,
    accuracy: mean,
    accuracyStd: std,
    folds: accuracies.map((accuracy, fold) => ({ fold, accuracy, threshold: thresholds[fold] })),
    auc: auc(roc),
    eer: eer(roc),
    tarAtFar: Object.fromEntries(
      measurableFars(roc, options.fars).map((far) => [String(far), tarAtFar(roc, far)]),
    ),
    curves: [{ kind: 'roc', points: rocCurve(roc) }, bars('same'), bars('different')],
    slices: slicePairs(scored.distances, pairs, thresholds, dataset.record),
    scores,
  };
}

/** Largest squared distance between unit embeddings that rounding in 32-bit floats explains. */
const ROUNDING = 1e-10;

/** Throws a UserError where all normalised embeddings [n,size] are the same (all zero, say): any accuracy of such would be by chance. */
function refuseConstant(embeddings: Float32Array | Float64Array, size: number): void {
  const first = embeddings.subarray(0, size);
  for (let from = size; from < embeddings.length; from += size) {
    let distance = 0;
    for (let k = 0; k < size; k++) distance += (embeddings[from + k] - first[k]) ** 2;
    if (distance > ROUNDING) return;
  }
  throw new UserError(
    'The recogniser gives the same embedding for every image, which tells nobody apart; check its output and the convention of its input.',
  );
}
