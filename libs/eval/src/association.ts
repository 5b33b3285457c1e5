import { dot, mean, sum } from '@id3/core';

// How two lists of numbers go together.

/** P(a > b) + P(a = b)/2 for a and b drawn from two lists. */
export function chanceGreater(first: readonly number[], second: readonly number[]): number {
  const sorted = Float64Array.from(second).sort();
  /** How many of the sorted values are smaller, or not larger. */
  const below = (value: number, orEqual: boolean): number => {
    let [lo, hi] = [0, sorted.length];
    while (lo < hi) {
      const middle = (lo + hi) >> 1;
      if (sorted[middle] < value || (orEqual && sorted[middle] === value)) lo = middle + 1;
      else hi = middle;
    }
    return lo;
  };
  const wins = sum(first.map((value) => (below(value, false) + below(value, true)) / 2));
  return wins / (first.length * sorted.length);
}

/** Spearman's rank correlation, tied values having their mean rank; 0 where one list is constant. */
export function spearman(first: readonly number[], second: readonly number[]): number {
  const ranks = (values: readonly number[]): number[] => {
    const order = values.map((_, i) => i).sort((i, j) => values[i] - values[j]);
    const rank = new Array<number>(values.length);
    for (let from = 0; from < order.length;) {
      let to = from;
      while (to < order.length && values[order[to]] === values[order[from]]) to++;
      for (let k = from; k < to; k++) rank[order[k]] = (from + to - 1) / 2;
      from = to;
    }
    return rank;
  };
  const [x, y] = [ranks(first), ranks(second)].map((r) => r.map((v) => v - (r.length - 1) / 2));
  const scale = Math.sqrt(dot(x, x) * dot(y, y));
  return scale === 0 ? 0 : dot(x, y) / scale;
}

/** The slope of the least-squares line of y over x; 0 where x is constant. */
export function slopeOf(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [mean(x), mean(y)];
  const [dx, dy] = [x.map((v) => v - mx), y.map((v) => v - my)];
  const squares = dot(dx, dx);
  return squares === 0 ? 0 : dot(dx, dy) / squares;
}
