import type { FaceRecord, Pair } from '@id3/data';

/** Verification of those pairs of a benchmark that share a property; rates are shares from 0 to 1. */
export interface Slice {
  readonly by: 'gender' | 'race' | 'age gap' | 'yaw gap';
  /** Such as `female`, `asian`, `two races`, `10–20 years`. */
  readonly name: string;
  readonly pairs: number;
  /** How many of the pairs show one person. */
  readonly same: number;
  readonly accuracy: number;
  /** FMR: share of different pairs accepted; null without any. */
  readonly falseMatchRate: number | null;
  /** FNMR: share of same pairs rejected; null without any. */
  readonly falseNonMatchRate: number | null;
}

const AGE_EDGES = [0, 10, 20, 30, 40];
const YAW_EDGES = [0, 15, 30, 45, 60];

/** How a pair is sliced; undefined where the ground truth does not tell. */
const PROPERTIES: readonly [by: Slice['by'], of: (a: FaceRecord, b: FaceRecord) => string | undefined][] = [
  ['gender', (a, b) => common(a.gender, b.gender, 'two genders')],
  ['race', (a, b) => common(a.race, b.race, 'two races')],
  ['age gap', (a, b) => gap(a.age, b.age, AGE_EDGES, ' years')],
  ['yaw gap', (a, b) => gap(a.yaw, b.yaw, YAW_EDGES, '°')],
];

/**
 * Verification of a benchmark's pairs, grouped by what the ground truth knows of them. A pair is accepted where its distance is
 * below the threshold of its fold, which the other folds chose.
 */
export function slicePairs(
  distances: ArrayLike<number>,
  pairs: readonly Pair[],
  thresholds: readonly number[],
  record: (image: number) => FaceRecord,
): Slice[] {
  return PROPERTIES.flatMap(([by, of]) => {
    const members = new Map<string, number[]>();
    pairs.forEach(({ a, b }, i) => {
      const name = of(record(a), record(b));
      if (name !== undefined) members.set(name, [...(members.get(name) ?? []), i]);
    });
    const accepted = (i: number) => distances[i] < thresholds[pairs[i].fold];
    return [...members]
      .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
      .map(([name, indices]): Slice => {
        const same = indices.filter((i) => pairs[i].same);
        const different = indices.filter((i) => !pairs[i].same);
        const misses = same.filter((i) => !accepted(i)).length;
        const falseMatches = different.filter(accepted).length;
        return {
          by,
          name,
          pairs: indices.length,
          same: same.length,
          accuracy: (indices.length - misses - falseMatches) / indices.length,
          falseMatchRate: different.length === 0 ? null : falseMatches / different.length,
          falseNonMatchRate: same.length === 0 ? null : misses / same.length,
        };
      });
  });
}

function common(a: string | undefined, b: string | undefined, mixed: string): string | undefined {
  if (a === undefined || b === undefined) return undefined;
  return a === b ? a : mixed;
}

function gap(
  a: number | undefined,
  b: number | undefined,
  edges: readonly number[],
  unit: string,
): string | undefined {
  if (a === undefined || b === undefined) return undefined;
  const distance = Math.abs(a - b);
  const bin = edges.findLastIndex((edge) => distance >= edge);
  return bin === edges.length - 1
    ? `${edges[bin]}${unit} and more`
    : `${edges[bin]}–${edges[bin + 1]}${unit}`;
}
