// Without imports but types: browsers load it too.
import type { BenchmarkIntervals } from './data.ts';

/** A text in lines of at most `length` characters, broken between words; a word that is longer stays whole. At most two: what is more, is cut. */
export function linesOf(text: string, length: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= length) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  if (lines.length <= 2) return lines;
  const second = lines.slice(1).join(' ');
  return [lines[0], second.length > length ? `${second.slice(0, length - 1).trimEnd()}…` : second];
}

/** The least range of tens, between 0 and 100 %, that holds all of these percentages. */
export function rangeOf(percentages: readonly number[]): [number, number] {
  if (percentages.length === 0) return [0, 100];
  const least = percentages.reduce((a, b) => Math.min(a, b));
  const most = percentages.reduce((a, b) => Math.max(a, b));
  const from = Math.min(90, Math.max(0, 10 * Math.floor(least / 10)));
  return [from, Math.min(100, Math.max(from + 10, 10 * Math.ceil(most / 10)))];
}

/** {@link rangeOf} of all that these charts show. */
export const rangeOfIntervals = (benchmarks: readonly BenchmarkIntervals[]): [number, number] =>
  rangeOf(
    benchmarks.flatMap(({ dots, bounds }) => [
      ...dots.flatMap(({ mean, halfWidth }) => [mean - halfWidth, mean + halfWidth]),
      ...bounds.map(({ mean }) => mean),
    ]),
  );
