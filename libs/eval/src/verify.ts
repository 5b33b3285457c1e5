import { UserError } from '@id3/core';
import type { Dataset, Images, Pair } from '@id3/data';
import { embedDataset, type Embed } from '@id3/model';
import { cosines, squaredDistances, sumWithMirror } from '@id3/protocol';
import { kFoldAccuracy, type FoldAccuracy, type ScoredPairs, type ThresholdRule } from '@id3/protocol';
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

/** How the pairs of one benchmark were judged; accuracies, AUC, EER and rates are shares from 0 to 1. */
export interface Judgement {
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
}

/** The outcome of one benchmark. */
export interface VerificationResult extends Judgement {
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
  pairsOf(dataset);
  return verifyEmbedded(await protocolEmbeddings(embed, dataset, options.batchSize), dataset, options);
}

/** {@link verify} with the images' {@link protocolEmbeddings}: several lists of pairs of the same images need them once. */
export function verifyEmbedded(
  { rows, size }: Embedded,
  dataset: Pick<Dataset, 'folder' | 'pairs' | 'record'>,
  options: Omit<VerifyOptions, 'batchSize'>,
): VerificationResult {
  const pairs = pairsOf(dataset);
  refuseConstant(rows, size);
  const scored = {
    distances: squaredDistances(rows, size, pairs),
    same: pairs.map((pair) => pair.same),
    folds: pairs.map((pair) => pair.fold),
  };
  const folds = kFoldAccuracy(scored, options.thresholds);
  const scores = cosines(rows, size, pairs);
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
    ...judge(options.benchmark, scored, folds, options.fars),
    curves: [{ kind: 'roc', points: rocCurve(rocOf(scored)) }, bars('same'), bars('different')],
    slices: slicePairs(scored.distances, pairs, folds.thresholds, dataset.record),
    scores,
  };
}

/** The pairs of a benchmark. Throws a UserError where there are none. */
export function pairsOf({ pairs, folder }: Pick<Dataset, 'pairs' | 'folder'>): readonly Pair[] {
  if (!pairs?.length)
    throw new UserError(
      `${folder} has no verification pairs; name a benchmark's folder, not a training set's.`,
    );
  return pairs;
}

/** One row of `size` values for each image: [n,size]. */
export interface Embedded {
  readonly rows: Float64Array;
  readonly size: number;
}

/** Of each image, the embedding of it and of its mirror image, summed and normalised: rows [n,size]. Throws a UserError where one is not finite. */
export async function protocolEmbeddings(
  embed: Embed,
  images: Images,
  batchSize?: number,
): Promise<Embedded> {
  const plain = await embedDataset(embed, images, { batchSize });
  const mirror = await embedDataset(embed, images, { batchSize, mirror: true });
  const size = plain.length / images.count;
  return { rows: sumWithMirror(plain, mirror, size), size };
}

/** What scored pairs and their accuracy by fold come to. */
export function judge(
  benchmark: string,
  scored: ScoredPairs,
  { mean, std, accuracies, thresholds }: FoldAccuracy,
  fars?: readonly number[],
): Judgement {
  const roc = rocOf(scored);
  return {
    benchmark,
    pairs: scored.distances.length,
    accuracy: mean,
    accuracyStd: std,
    folds: accuracies.map((accuracy, fold) => ({ fold, accuracy, threshold: thresholds[fold] })),
    auc: auc(roc),
    eer: eer(roc),
    tarAtFar: Object.fromEntries(measurableFars(roc, fars).map((far) => [String(far), tarAtFar(roc, far)])),
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
