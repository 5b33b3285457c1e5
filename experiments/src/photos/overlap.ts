import { UserError, sum } from '@id3/core';
import { peopleIn } from '@id3/data';
import type { PhotoBenchmark, PhotoSet } from './set.ts';

/** Who is both among the training photos and in a benchmark. */
export interface Overlap {
  /** Their names as they are compared, sorted. */
  readonly people: readonly string[];
  /** How many training photos show them. */
  readonly photos: number;
  /** Training photos and benchmarks that do not say of every photo who it is. */
  readonly nameless: readonly string[];
}

/** Compares the people of the training photos with those of the benchmarks; of rendered and generated faces nobody is anybody. */
export function overlapOf(training: PhotoSet, benchmarks: readonly PhotoBenchmark[]): Overlap {
  const others = benchmarks.filter(isReal).map(({ name, records }) => ({ name, ...peopleIn(records) }));
  if (!isReal(training) || others.length === 0) return { people: [], photos: 0, nameless: [] };
  const own = { name: training.folder, ...peopleIn(training.records) };
  const people = [...own.images.keys()].filter((name) => others.some(({ images }) => images.has(name)));
  return {
    people: people.sort(),
    photos: sum(people.map((name) => own.images.get(name)!)),
    nameless: [own, ...others].filter(({ nameless }) => nameless > 0).map(({ name }) => name),
  };
}

const isReal = ({ manifest }: PhotoSet): boolean => manifest.kind === 'imported';

/** Throws a UserError where people cannot be left out because names are missing, or where nobody would be left. */
export function requireSeparable({ people, nameless }: Overlap, { folder, records }: PhotoSet): void {
  if (nameless.length > 0)
    throw new UserError(
      `Who of ${folder} is in a benchmark cannot be told, for names are missing in ${nameless.join(', ')}; ` +
        'import it anew from folders named after people, or train on all of them with --data.overlap=keep.',
    );
  if (people.length > 0 && people.length === peopleIn(records).images.size)
    throw new UserError(
      `Everybody of ${folder} is in a benchmark, so nobody is left to train on; name another data.trainFolder, or train on them with --data.overlap=keep.`,
    );
}
