import { Rng } from '@id3/core';
import type { Dataset, Images, Pair } from '@id3/data';
import { embedWith, type LoadedRecogniser } from '@id3/model';
import { foldAccuracyAt, kFoldAccuracy, rowsOf, squaredDistances, type ScoredPairs } from '@id3/protocol';
import { judge, pairsOf, protocolEmbeddings, type Judgement } from '../verify.ts';
import {
  CONDITIONS,
  DISTURBANCES,
  PGD_PAIRS,
  PGD_STEPS,
  conditionName,
  type Condition,
} from './conditions.ts';
import type { Corruption } from './corruptions.ts';
import { makeAttack, type Attack, type PgdOptions } from './pgd.ts';

const pgdOptions = (epsilon: number): PgdOptions => ({
  epsilon,
  alpha: (2.5 * epsilon) / PGD_STEPS,
  steps: PGD_STEPS,
});

export interface RobustnessOptions {
  /** Name under which the undisturbed result is kept; the others are named by {@link conditionName}. */
  readonly benchmark: string;
  /** Of every random draw, which depends on neither recogniser nor strength: the same squares grow, the same noise is amplified. */
  readonly seed: number;
  /** Default: all. */
  readonly conditions?: readonly Condition[];
  /** Images a call of the recogniser; default 64. */
  readonly batchSize?: number;
  /** Called after each condition with the number of those done. */
  readonly onCondition?: (done: number, of: number) => void;
}

/**
 * Verifies a recogniser on a benchmark as it is and under each condition, which disturbs the second picture of each pair; the first,
 * which a system has enrolled, stays clean. Every condition is judged at the thresholds that the other folds' *clean* pairs choose:
 * those of a deployed system, which is not told of the disturbance. An attack is tried on {@link PGD_PAIRS} pairs. Throws a
 * UserError as `verify` does.
 */
export async function verifyRobustness(
  recogniser: Pick<LoadedRecogniser, 'embed'>,
  dataset: Dataset,
  { benchmark, seed, conditions = CONDITIONS, batchSize = 64, onCondition }: RobustnessOptions,
): Promise<Judgement[]> {
  const pairs = pairsOf(dataset);
  const embed = embedWith(recogniser);
  const attack = makeAttack(recogniser);
  const { rows, size } = await protocolEmbeddings(embed, dataset, batchSize);
  const clean = scored(pairs, squaredDistances(rows, size, pairs));
  const chosen = kFoldAccuracy(clean);
  const results = [judge(benchmark, clean, chosen)];
  for (const condition of conditions) {
    const { corrupt } = DISTURBANCES[condition.disturbance];
    const tried = corrupt === undefined ? evenShare(pairs, PGD_PAIRS) : pairs;
    const { images, of } =
      corrupt === undefined
        ? await attacked(attack, { dataset, pairs: tried, rows, size }, condition, { seed, batchSize })
        : await corrupted(corrupt, { dataset, pairs: tried }, condition, seed);
    const disturbed = await protocolEmbeddings(embed, images, batchSize);
    // One list of rows: those of the clean images, then those of the disturbed ones.
    const both = new Float64Array([...rows, ...disturbed.rows]);
    const shown = tried.map(({ a }, i) => ({ a, b: dataset.count + of[i] }));
    const moved = scored(tried, squaredDistances(both, size, shown));
    const name = conditionName(benchmark, condition);
    results.push(judge(name, moved, foldAccuracyAt(moved, chosen.thresholds)));
    onCondition?.(results.length - 1, conditions.length);
  }
  return results;
}

const scored = (pairs: readonly Pair[], distances: Float64Array): ScoredPairs => ({
  distances,
  same: pairs.map(({ same }) => same),
  folds: pairs.map(({ fold }) => fold),
});

/** At most about `count` of the pairs: the first of each fold and kind, as many of each. */
export function evenShare(pairs: readonly Pair[], count: number): Pair[] {
  const kindOf = ({ fold, same }: Pair) => `${fold} ${same}`;
  const kinds = new Set(pairs.map(kindOf));
  const most = Math.max(1, Math.floor(count / kinds.size));
  const taken = new Map<string, number>();
  return pairs.filter((pair) => {
    const before = taken.get(kindOf(pair)) ?? 0;
    taken.set(kindOf(pair), before + 1);
    return before < most;
  });
}

/** Second pictures, disturbed. */
interface Disturbed {
  readonly images: Images;
  /** Which of the images is each pair's: [pairs]. */
  readonly of: readonly number[];
}

interface Benchmark {
  readonly dataset: Dataset;
  readonly pairs: readonly Pair[];
}

/** Disturbs each second picture once, however many pairs it is in. */
async function corrupted(
  corrupt: Corruption,
  { dataset, pairs }: Benchmark,
  { disturbance, strength }: Condition,
  seed: number,
): Promise<Disturbed> {
  const { height, width, channels } = dataset;
  const seconds = [...new Set(pairs.map(({ b }) => b))];
  const places = new Map(seconds.map((b, k) => [b, k]));
  const pictures: Uint8Array[] = [];
  for (const b of seconds)
    pictures.push(await corrupt(dataset.image(b), [height, width], strength, new Rng(seed, disturbance, b)));
  return {
    images: { count: pictures.length, height, width, channels, image: (k) => pictures[k] },
    of: pairs.map(({ b }) => places.get(b)!),
  };
}

/** Gives each pair a second picture of its own, moved away from or towards the embedding of the first. */
async function attacked(
  attack: Attack,
  { dataset, pairs, rows, size }: Benchmark & { readonly rows: Float64Array; readonly size: number },
  { disturbance, strength }: Condition,
  { seed, batchSize }: { readonly seed: number; readonly batchSize: number },
): Promise<Disturbed> {
  const { height, width, channels } = dataset;
  const [pixels, embeddings] = [height * width * channels, rowsOf(rows, size)];
  const batch = Math.min(batchSize, pairs.length);
  const moved = new Uint8Array(pairs.length * pixels);
  for (let from = 0; from < pairs.length; from += batch) {
    // As in embedDataset, the last batch reaches back, so that all have one shape.
    const first = Math.min(from, pairs.length - batch);
    const own = pairs.slice(first, first + batch);
    const others = new Float32Array(batch * size);
    own.forEach(({ a }, k) => others.set(embeddings[a], k * size));
    const given = {
      pixels: new Uint8Array(Buffer.concat(own.map(({ b }) => dataset.image(b)))),
      others,
      same: own.map(({ same }) => same),
      starts: own.map(({ a, b }) => new Rng(seed, disturbance, a, b)),
    };
    moved.set(await attack(given, [height, width], pgdOptions(strength)), first * pixels);
  }
  const image = (i: number) => moved.subarray(i * pixels, (i + 1) * pixels);
  return { images: { count: pairs.length, height, width, channels, image }, of: pairs.map((_, i) => i) };
}
