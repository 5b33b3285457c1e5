import { Rng, dot, mean } from '@id3/core';
import { chanceGreater, spearman } from './association.ts';
import { identityCentres } from './measures.ts';
import { cosinesTo, nearestRows } from './inspection.ts';
import { normaliseRows, rowsOf, type Embeddings } from '@id3/protocol';

// The two questions that the paper leaves open: does the generator leak training people, and does it hold beyond them?

/** Quantiles of the cosines of some faces to their nearest training face. */
export interface NearestTraining {
  readonly faces: number;
  readonly mean: number;
  readonly median: number;
  /** 95 % of the faces are less alike to training. */
  readonly percentile95: number;
  readonly max: number;
  /** Share of faces that the recogniser takes for a training person. */
  readonly shareAbove: number;
}

export interface Leakage {
  readonly generated: NearestTraining;
  /** The same statistic of real people who were not trained on: what no leak looks like. */
  readonly heldOut: NearestTraining;
  /**
   * The chance that a generated face is nearer to training than a held-out real one, ties half (Mann–Whitney's U / (n·m)): 0.5 where the two
   * cannot be told apart, above it where training people leak.
   */
  readonly excess: number;
  /**
   * The chance that the real face most alike to a generated one is a training face, where it is sought among as many training and held-out people, a face each:
   * 0.5 where training left no trace. It does not matter to it how real generated faces look.
   */
  readonly ofTraining: number;
}

/**
 * Do generated faces lie nearer to the training faces than other real faces do? Compared by a recogniser that took no part in
 * training or sampling. All embeddings are [n, size] and need not have unit length; from the cosine `threshold` on, the recogniser
 * takes two faces for one person. Labels say whose face each row is.
 */
export function leakage(inputs: {
  readonly generated: Embeddings;
  readonly heldOut: Embeddings;
  readonly heldOutLabels: ArrayLike<number>;
  readonly training: Embeddings;
  readonly trainingLabels: ArrayLike<number>;
  readonly size: number;
  readonly threshold: number;
  /** Of the draws of people and their faces. */
  readonly seed: number;
}): Leakage {
  const { size, threshold, seed } = inputs;
  const training = normaliseRows(inputs.training, size);
  const [made, others] = [normaliseRows(inputs.generated, size), normaliseRows(inputs.heldOut, size)];
  const [generated, heldOut] = [made, others].map((faces) => nearestRows(faces, training, size).cosine);
  return {
    generated: summary(generated, threshold),
    heldOut: summary(heldOut, threshold),
    excess: chanceGreater(generated, heldOut),
    ofTraining: nearerPeople(
      made,
      peopleOf(training, inputs.trainingLabels, size),
      peopleOf(others, inputs.heldOutLabels, size),
      { size, seed },
    ),
  };
}

/** The rows of each person. */
type People = readonly (readonly Float64Array[])[];

function peopleOf(unit: Float64Array, labels: ArrayLike<number>, size: number): People {
  const people = new Map<number, Float64Array[]>();
  rowsOf(unit, size).forEach((row, i) => people.set(labels[i], [...(people.get(labels[i]) ?? []), row]));
  return [...people.values()];
}

/** Draws of people; fewer where they would take more multiplications than the budget. */
const DRAWS = 50;
const BUDGET = 1e11;

/**
 * The share of unit rows [n,size] whose most alike row is of `first` and not of `second`, where as many people of either are looked at, a row each: the mean over
 * draws of people and of their rows; 0.5 where neither is nearer.
 */
export function nearerPeople(
  unit: Float64Array,
  first: People,
  second: People,
  { size, seed }: { size: number; seed: number },
): number {
  const faces = rowsOf(unit, size);
  const people = Math.min(first.length, second.length);
  const draws = Math.max(1, Math.min(DRAWS, Math.floor(BUDGET / (2 * unit.length * people))));
  let nearer = 0;
  for (let draw = 0; draw < draws; draw++) {
    const rng = new Rng(seed, 'nearer people', draw);
    const drawn = (all: People) =>
      Array.from(rng.permutation(all.length).subarray(0, people), (i) => rng.pick(all[i]));
    const [ours, theirs] = [drawn(first), drawn(second)];
    const most = (face: Float64Array, rows: readonly Float64Array[]) =>
      rows.reduce((best, row) => Math.max(best, dot(face, row)), -Infinity);
    for (const face of faces) if (most(face, ours) > most(face, theirs)) nearer++;
  }
  return nearer / (draws * faces.length);
}

function summary(cosines: readonly number[], threshold: number): NearestTraining {
  const sorted = Float64Array.from(cosines).sort();
  const quantile = (share: number) => sorted[Math.round(share * (sorted.length - 1))];
  return {
    faces: sorted.length,
    mean: mean(cosines),
    median: quantile(0.5),
    percentile95: quantile(0.95),
    max: quantile(1),
    shareAbove: cosines.filter((value) => value >= threshold).length / cosines.length,
  };
}

/** What became of identities that lie equally far from all training people. */
export interface NoveltyBin {
  readonly identities: number;
  /** The cosine of what was asked for to the nearest training person: from and to. Smaller is more novel. */
  readonly nearest: readonly [low: number, high: number];
  /** Mean cosine of the images to the `y` that they were asked for. */
  readonly toAsked: number;
  /** Mean cosine of the images to their identity's centre. */
  readonly toCentre: number;
}

export interface Novelty {
  /** From the most novel identities to those nearest to training people. */
  readonly bins: NoveltyBin[];
  /** Spearman's rank correlation over identities of nearness to training and mean cosine to the asked `y`; 0 where novelty does not matter. */
  readonly correlation: number;
}

/**
 * How well generated identities hold together, by how far from every training person they were asked for, in f's space.
 *
 * @param inputs.embeddings of the generated images, and `asked` the `y` of each: [n, size]
 * @param inputs.labels identity of each generated image: [n]
 * @param inputs.training embeddings of training images with their `trainingLabels`
 */
export function novelty(inputs: {
  readonly embeddings: Embeddings;
  readonly asked: Embeddings;
  readonly labels: ArrayLike<number>;
  readonly training: Embeddings;
  readonly trainingLabels: ArrayLike<number>;
  readonly size: number;
  /** Default 4. */
  readonly bins?: number;
}): Novelty {
  const { size, labels, bins = 4 } = inputs;
  const unit = normaliseRows(inputs.embeddings, size);
  const asked = normaliseRows(inputs.asked, size);
  const people = identityCentres({
    embeddings: inputs.training,
    size,
    labels: inputs.trainingLabels,
  }).centres;
  const wanted = identityCentres({ embeddings: asked, size, labels });
  const made = identityCentres({ embeddings: unit, size, labels });
  const perIdentity = (values: readonly number[]): number[] => {
    const sums = wanted.counts.map(() => 0);
    values.forEach((value, i) => (sums[wanted.rows[i]] += value / wanted.counts[wanted.rows[i]]));
    return sums;
  };
  const nearest = nearestRows(wanted.centres, people, size).cosine;
  const toAsked = perIdentity(cosinesTo(unit, asked, size));
  const toCentre = perIdentity(cosinesTo(unit, made.centres, size, (i) => made.rows[i]));
  const order = nearest.map((_, i) => i).sort((i, j) => nearest[i] - nearest[j]);
  return {
    bins: Array.from({ length: Math.min(bins, order.length) }, (_, b) => {
      const count = Math.min(bins, order.length);
      const members = order.slice(
        Math.round((b * order.length) / count),
        Math.round(((b + 1) * order.length) / count),
      );
      return {
        identities: members.length,
        nearest: [nearest[members[0]], nearest[members[members.length - 1]]],
        toAsked: mean(members.map((i) => toAsked[i])),
        toCentre: mean(members.map((i) => toCentre[i])),
      };
    }),
    correlation: spearman(nearest, toAsked),
  };
}
