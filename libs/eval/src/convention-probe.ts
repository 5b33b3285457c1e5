import { mean, standardDeviation } from '@id3/core';
import { imagesToFloat, withChannels, type Dataset } from '@id3/data';
import { cosines, normaliseRows } from '@id3/protocol';
import type { InputConvention } from './input-convention.ts';
import type { ForeignRecogniser } from './foreign-recogniser.ts';
import { auc, rocOf } from '@id3/protocol';

/** What a recogniser makes of a few pairs under one convention. */
export interface ConventionScore {
  readonly convention: InputConvention;
  /** Chance that a pair of one person is more alike than a pair of two. */
  readonly auc: number;
  /** (mean cosine of same pairs - that of different ones) / standard deviation of all: how far apart they lie. */
  readonly separation: number;
}

export interface ConventionProbe {
  readonly declared: ConventionScore;
  /** Of it and the conventions that differ from it in one respect, the one with the best separation. */
  readonly best: ConventionScore;
  /** What to say to a person where another convention is clearly better. */
  readonly warning: string | undefined;
}

/** Where another convention separates better by so much, the declared one is likely wrong. */
const CLEAR_GAIN = 0.1;
const PAIRS = 200;

/** The conventions that differ from one in the order of channels or in the range of values. */
export function alternatives(declared: InputConvention): InputConvention[] {
  const ranges = [
    { mean: 127.5, std: 127.5 }, // [-1, 1]
    { mean: 0, std: 255 }, // [0, 1]
    { mean: 0, std: 1 }, // [0, 255]
  ];
  const flipped = { RGB: ['BGR'], BGR: ['RGB'], grey: [] } as const;
  return [
    ...flipped[declared.channels].map((channels) => ({ ...declared, channels })),
    ...ranges
      .filter(({ mean, std }) => mean !== declared.mean || std !== declared.std)
      .map((range) => ({ ...declared, ...range })),
  ];
}

/**
 * Embeds a few pairs of a benchmark by a recogniser's input convention and by those {@link alternatives} that it takes. A recogniser that is fed
 * otherwise than it was trained tells people apart worse, so a clearly better alternative gives a warning. A network that does
 * not mind the difference, such as the order of colours, gives none.
 */
export async function probeConvention(
  { convention: declared, takes, embedAs }: ForeignRecogniser,
  benchmark: Dataset,
): Promise<ConventionProbe> {
  const pairs = evenly(benchmark, PAIRS);
  const indices = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))];
  const place = new Map(indices.map((index, at) => [index, at]));
  const placed = pairs.map(({ a, b, same }) => ({ a: place.get(a)!, b: place.get(b)!, same }));
  const images = imagesToFloat(withChannels(benchmark, 3), indices);
  const { height, width } = benchmark;
  const score = async (convention: InputConvention): Promise<ConventionScore> => {
    const embeddings = await embedAs(convention)(images, [indices.length, height, width, 3]);
    const size = embeddings.length / indices.length;
    const values = cosines(normaliseRows(embeddings, size), size, placed);
    return {
      convention,
      ...separation(
        values,
        placed.map(({ same }) => same),
      ),
    };
  };
  const scores: ConventionScore[] = [];
  for (const convention of [declared, ...alternatives(declared).filter(takes)])
    scores.push(await score(convention));
  const [own, ...others] = scores;
  const best = [own, ...others].reduce((a, b) => (b.separation > a.separation ? b : a));
  const isWorse = best.separation > own.separation + CLEAR_GAIN && best.auc >= own.auc;
  const { channels, mean, std } = best.convention;
  const warning = isWorse
    ? `The declared input convention is likely wrong: on ${pairs.length} pairs, ${channels} with mean ${mean} and std ${std} tells people apart better (AUC ${best.auc.toFixed(3)} instead of ${own.auc.toFixed(3)}); check the model's description.`
    : undefined;
  return { declared: own, best, warning };
}

function separation(values: Float64Array, same: boolean[]): { auc: number; separation: number } {
  const meanOf = (kind: boolean) => mean(values.filter((_, i) => same[i] === kind));
  const gap = meanOf(true) - meanOf(false);
  const distances = values.map((value) => -value);
  return { auc: auc(rocOf({ distances, same })), separation: gap / (standardDeviation(values) || 1) };
}

/** Equally many pairs of both kinds, spread over the benchmark. */
function evenly({ pairs = [] }: Dataset, count: number) {
  const some = (same: boolean) => {
    const all = pairs.filter((pair) => pair.same === same);
    const step = Math.max(1, Math.floor((2 * all.length) / count));
    return all.filter((_, i) => i % step === 0);
  };
  return [...some(true), ...some(false)];
}
