import type { Pair } from '../datasets/manifest.ts';
import type { ImageSource } from './image-source.ts';

/**
 * A source without the pictures that are not in `kept` (ascending indices). Labels stay dense: where people are left without pictures, the
 * others are numbered anew in the order of their labels. Pairs that need a picture which is not kept are left out.
 */
export function subset(source: ImageSource, kept: readonly number[]): ImageSource {
  if (kept.length === source.count) return source;
  const labels = [...new Set(kept.map((i) => source.record(i).label))].sort((a, b) => a - b);
  const numbers = new Map(labels.map((label, number) => [label, number]));
  const places = new Map(kept.map((i, place) => [i, place]));
  const { decode } = source;
  return {
    ...source,
    count: kept.length,
    picture: (k) => source.picture(kept[k]),
    ...(decode && { decode: (k: number, size: number) => decode(kept[k], size) }),
    record(k) {
      const record = source.record(kept[k]);
      return { ...record, label: numbers.get(record.label)! };
    },
    nameOf: (k) => source.nameOf(kept[k]),
    pairs: source.pairs?.flatMap((pair): Pair[] => {
      const [a, b] = [places.get(pair.a), places.get(pair.b)];
      return a === undefined || b === undefined ? [] : [{ ...pair, a, b }];
    }),
  };
}
