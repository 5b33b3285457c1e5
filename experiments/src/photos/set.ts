import { basename } from 'node:path';
import { UserError, sum } from '@id3/core';
import {
  manifestHash,
  pairListFormats,
  readManifest,
  readRecords,
  type Manifest,
  type Pair,
  type Records,
} from '@id3/data';
import { z } from 'zod';

/** A dataset of photos as far as a plan must know it: all but the photos. */
export interface PhotoSet extends Records {
  /** Of its manifest: another where photos, pairs or attributes are. */
  readonly hash: string;
}

/** By folder, for a plan asks for the same one many times. */
const known = new Map<string, PhotoSet>();

/** Reads a dataset's records. Throws a UserError where the folder holds no finished dataset. */
export function readPhotoSet(folder: string): PhotoSet {
  readManifest(folder);
  const hash = manifestHash(folder);
  const before = known.get(folder);
  if (before?.hash === hash) return before;
  const set = { ...readRecords(folder), hash };
  known.set(folder, set);
  return set;
}

/** A dataset of photos that is a column of the table. */
export interface PhotoBenchmark extends PhotoSet {
  /** What the column is called. */
  readonly name: string;
  readonly pairs: readonly Pair[];
}

/**
 * The benchmarks in these folders, for images of `size` pixels a side. Throws a UserError where one has no pairs or smaller images, or where two columns
 * have one name.
 *
 * @param names of the columns beside them
 */
export function readPhotoBenchmarks(
  folders: readonly string[],
  size: number,
  names: readonly string[],
): PhotoBenchmark[] {
  const taken = new Map<string, string>(names.map((name) => [name, 'benchmarks.names']));
  return folders.map((folder) => {
    const set = readPhotoSet(folder);
    const { manifest, pairs } = set;
    if (!pairs?.length)
      throw new UserError(
        `${folder} of benchmarks.folders has no verification pairs; name a benchmark's folder, not a training set's.`,
      );
    requireSize(set, size, `${folder} of benchmarks.folders`);
    const name = benchmarkName(manifest, folder);
    const other = taken.get(name);
    if (other !== undefined)
      throw new UserError(
        `${folder} of benchmarks.folders is ${name}, and so is ${other}; a table has one column of that name: leave one out.`,
      );
    taken.set(name, folder);
    return { ...set, pairs, name };
  });
}

/** Throws a UserError where photos are not square, or smaller than the experiment's images, which would only look as large. */
export function requireSize({ manifest: { width, height } }: PhotoSet, size: number, what: string): void {
  if (height === width && width >= size) return;
  throw new UserError(
    `${what} has images of ${width}×${height} pixels, fewer than the experiment's ${size}×${size}; import it again with --size=${size} or set image.size.`,
  );
}

/** What of a dataset's spec tells what it is, and what is missing of it. */
const specSchema = z.looseObject({
  format: z.string().optional(),
  source: z.string().optional(),
  benchmark: z.string().optional(),
  missing: z
    .looseObject({
      pictures: z.int(),
      pairs: z.array(z.looseObject({ same: z.int(), different: z.int() })),
    })
    .optional(),
});

/** How many photos of a benchmark are missing, and how many pairs were left out with them. */
export function missingOf({ manifest }: PhotoSet): { photos: number; pairs: number } {
  const missing = specSchema.safeParse(manifest.spec).data?.missing;
  const pairs = sum((missing?.pairs ?? []).map(({ same, different }) => same + different));
  return { photos: missing?.pictures ?? 0, pairs };
}

/**
 * What a benchmark is: `lfw`, `cfp-fp` … after its list's format or the name of its `.bin` (`agedb_30.bin` is `agedb-30`), of rendered faces their
 * benchmark; else the folder's name. Throws a UserError where photos would be called rendered.
 */
export function benchmarkName({ kind, spec }: Pick<Manifest, 'kind' | 'spec'>, folder: string): string {
  const { format = '', source = '', benchmark } = specSchema.safeParse(spec).data ?? {};
  if (kind === 'rendered' && benchmark !== undefined) return benchmark;
  if ((pairListFormats as readonly string[]).includes(format)) return format;
  const name =
    format === 'insightface-bin'
      ? basename(source, '.bin').toLowerCase().replaceAll('_', '-')
      : basename(folder);
  if (name.startsWith('rendered-'))
    throw new UserError(
      `${folder} of benchmarks.folders holds photos under the name of a rendered benchmark, ${name}; rename it.`,
    );
  return name;
}
