import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, sha256 } from '@id3/core';
import { contiguousFolds } from '@id3/formats';
import type { Pair } from '../datasets/manifest.ts';
import {
  parseCfpProtocol,
  parseCrossLfwPairs,
  parseFlaggedPairs,
  parseLfwPairs,
  type ListedPair,
} from '@id3/formats';
import { readVerificationBin } from '@id3/formats';
import { nfc, pictureFinder } from './folder.ts';
import type { ImageSource } from './image-source.ts';
import { numberedNames, personOf } from './names.ts';

/** Number of folds of an InsightFace `.bin`, which says nothing of folds: `verification.py` cuts ten in file order. */
const BIN_FOLDS = 10;

/**
 * An InsightFace verification set (`lfw.bin`) as a source. A picture that occurs in several pairs is kept once. Who is on
 * it the file does not say: pictures that pairs of one person connect have one label, all others their own.
 */
export function verificationBinSource(path: string): ImageSource {
  const { images, same } = readVerificationBin(path);
  const hashes = images.map(sha256);
  const folds = contiguousFolds(same.length, BIN_FOLDS);
  const { count, indices, first } = unique(hashes);
  const pairs = same.map((isSame, i): Pair => ({
    a: indices[2 * i],
    b: indices[2 * i + 1],
    same: isSame,
    fold: folds[i],
  }));
  const labels = connectedLabels(count, pairs);
  return {
    spec: { format: 'insightface-bin', source: path, images: sha256(hashes.join()), pairs: pairs.length },
    count,
    picture: (i) => images[first[i]],
    record: (i) => ({ label: labels[i] }),
    nameOf: (i) => `${path}, image ${first[i]},`,
    pairs,
  };
}

/** The benchmarks whose pictures and pairs come apart. */
export const pairListFormats = ['lfw', 'cfp-ff', 'cfp-fp', 'agedb-30', 'calfw', 'cplfw'] as const;
export type PairListFormat = (typeof pairListFormats)[number];

export const MISSING = ['stop', 'drop'] as const;
/** What becomes of a benchmark of whose pictures some are missing: refused, or without the pairs that need them. */
export type Missing = (typeof MISSING)[number];

/**
 * A benchmark in its original form as a source. A picture may have another suffix than the list says. Records keep the person's name where the path tells it.
 *
 * @param images the folder that the pictures of the list are in: with a folder a person for LFW; for CFP the one that has `Data/` and `Protocol/`
 * @param list the file with the pairs; for CFP the folder `Protocol/`, by default that of `images`
 * @throws UserError where a list is missing or a line cannot be understood; where pictures are missing too, unless their pairs are to be dropped
 */
export function pairListSource(
  format: PairListFormat,
  images: string,
  list?: string,
  missing: Missing = 'stop',
): ImageSource {
  const cfp = format === 'cfp-ff' || format === 'cfp-fp';
  const listPath = list ?? (cfp ? join(images, 'Protocol') : undefined);
  if (listPath === undefined) throw new UserError(`${format} needs --pairs=FILE, the list of its pairs.`);
  const whole = readPairs(format, listPath).map((pair) => ({
    ...pair,
    a: nfc(pair.a),
    b: nfc(pair.b),
  }));
  const pathOf = (picture: string) => join(cfp ? listPath : images, picture);
  const found = foundPictures(whole, pathOf);
  const absent = [...found].filter(([, path]) => path === undefined).map(([picture]) => picture);
  const listed = whole.filter(({ a, b }) => found.get(a) !== undefined && found.get(b) !== undefined);
  if (absent.length > 0 && (missing === 'stop' || listed.length === 0))
    throw new UserError(
      `${absent.length} of the ${found.size} pictures that ${listPath} names are missing, such as ${pathOf(absent[0])}; ` +
        `check --from${listed.length > 0 ? ', or leave their pairs out by --missing=drop' : ''}.`,
    );
  const pictures = listed.flatMap(({ a, b }) => [a, b]);
  const { count, indices, first } = unique(pictures);
  const paths = first.map((i) => found.get(pictures[i])!);
  const pairs = listed.map(({ same, fold }, i) => ({
    a: indices[2 * i],
    b: indices[2 * i + 1],
    same,
    fold,
  }));
  const labels = connectedLabels(count, pairs);
  const names = cfp ? numberedNames(join(listPath, '..', 'Data')) : undefined;
  const people = first.map((i) => personOf(format, pictures[i], names));
  return {
    spec: {
      format,
      source: images,
      images: sha256(JSON.stringify(listed)),
      pairs: pairs.length,
      ...(absent.length > 0 && { missing: { pictures: absent.length, pairs: droppedByFold(whole, listed) } }),
    },
    count,
    picture: (i) => paths[i],
    record: (i) => ({
      label: labels[i],
      ...(people[i] !== undefined && { person: people[i] }),
      file: pictures[first[i]],
    }),
    nameOf: (i) => paths[i],
    pairs,
    notes: [...missingNote(absent.length, whole, listed), ...unequalNote(listed)],
  };
}

/** Of each picture that a list names, where it lies; undefined where it is missing. */
function foundPictures(
  listed: readonly ListedPair[],
  pathOf: (picture: string) => string,
): Map<string, string | undefined> {
  const find = pictureFinder();
  const names = new Set(listed.flatMap(({ a, b }) => [a, b]));
  return new Map([...names].map((picture) => [picture, find(pathOf(picture))]));
}

const inFold = (pairs: readonly ListedPair[], fold: number, same: boolean): number =>
  pairs.filter((pair) => pair.fold === fold && pair.same === same).length;

const foldsOf = (pairs: readonly ListedPair[]): number[] =>
  [...new Set(pairs.map(({ fold }) => fold))].sort((a, b) => a - b);

/** How many pairs of each fold, counted from 0, are not in the rest of the list. */
const droppedByFold = (whole: readonly ListedPair[], rest: readonly ListedPair[]) =>
  foldsOf(whole)
    .map((fold) => {
      const dropped = (same: boolean) => inFold(whole, fold, same) - inFold(rest, fold, same);
      return { fold, same: dropped(true), different: dropped(false) };
    })
    .filter(({ same, different }) => same + different > 0);

function missingNote(pictures: number, whole: readonly ListedPair[], rest: readonly ListedPair[]): string[] {
  if (pictures === 0) return [];
  const folds = droppedByFold(whole, rest).map(
    ({ fold, same, different }) => `fold ${fold + 1} lacks ${same} + ${different}`,
  );
  return [
    `${pictures} pictures are missing, and ${whole.length - rest.length} of ${whole.length} pairs are left out with them (same + different): ${folds.join(', ')}.`,
  ];
}

function unequalNote(pairs: readonly ListedPair[]): string[] {
  const sizes = foldsOf(pairs).map((fold) => inFold(pairs, fold, true) + inFold(pairs, fold, false));
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  return least === most ? [] : [`Its folds are of unequal size: ${least} to ${most} pairs.`];
}

function readPairs(format: PairListFormat, path: string): ListedPair[] {
  const text = (file: string): string => {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw new UserError(
        `${file} cannot be read (${(error as NodeJS.ErrnoException).code}); check --pairs.`,
      );
    }
  };
  switch (format) {
    case 'lfw':
      return parseLfwPairs(text(path), path);
    case 'agedb-30':
      return parseFlaggedPairs(text(path), path);
    case 'calfw':
    case 'cplfw':
      return parseCrossLfwPairs(text(path), path);
    default: {
      const [first, second] = [
        'Pair_list_F.txt',
        format === 'cfp-fp' ? 'Pair_list_P.txt' : 'Pair_list_F.txt',
      ];
      const folder = join(path, 'Split', format === 'cfp-fp' ? 'FP' : 'FF');
      if (!existsSync(folder))
        throw new UserError(
          `${folder} is missing; --from must name the folder that has CFP's Data and Protocol, or --pairs that Protocol.`,
        );
      const splits = readdirSync(folder)
        .filter((split) => /^\d+$/.test(split))
        .sort()
        .map((split) => ({
          same: text(join(folder, split, 'same.txt')),
          different: text(join(folder, split, 'diff.txt')),
        }));
      const lists = { first: text(join(path, first)), second: text(join(path, second)) };
      return parseCfpProtocol({ ...lists, splits }, path);
    }
  }
}

/** Numbers distinct keys in the order of their first occurrence: each key's number, and each number's first place. */
function unique(keys: readonly string[]): { count: number; indices: number[]; first: number[] } {
  const numbers = new Map<string, number>();
  const first: number[] = [];
  const indices = keys.map((key, place) => {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, first.length);
    return first.push(place) - 1;
  });
  return { count: first.length, indices, first };
}

/** A label for each image, the same where pairs of one person connect them; counted from 0 in the order of images. */
function connectedLabels(count: number, pairs: readonly Pair[]): number[] {
  const parent = Array.from({ length: count }, (_, i) => i);
  const root = (i: number): number => {
    while (parent[i] !== i) i = parent[i] = parent[parent[i]];
    return i;
  };
  for (const { a, b, same } of pairs) if (same) parent[root(b)] = root(a);
  const labels = new Map<number, number>();
  return parent.map((_, i) => {
    const own = root(i);
    if (!labels.has(own)) labels.set(own, labels.size);
    return labels.get(own)!;
  });
}
