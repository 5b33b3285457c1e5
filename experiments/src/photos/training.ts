import { resolve } from 'node:path';
import { UserError } from '@id3/core';
import type { Config } from '../config/schema.ts';
import { chosenImages, type Choice } from './choose.ts';
import { photoBenchmarks } from './columns.ts';
import { overlapOf, requireSeparable, type Overlap } from './overlap.ts';
import { readPhotoSet, requireSize, type PhotoSet } from './set.ts';

/** The photos that take the place of the rendered `train` pool. */
export interface TrainingPhotos {
  readonly set: PhotoSet;
  readonly overlap: Overlap;
  /** The people who are left out, by their names as they are compared. */
  readonly without: readonly string[];
}

/**
 * The training photos of a config with `data.trainFolder`. Throws a UserError where they are smaller than the experiment's images, or where people in
 * benchmarks are to be left out and cannot be.
 */
export function trainingPhotos(config: Config): TrainingPhotos {
  const set = readPhotoSet(resolve(config.data.trainFolder));
  requireSize(set, config.image.size, `${set.folder} of data.trainFolder`);
  const overlap = overlapOf(set, photoBenchmarks(config));
  if (config.data.overlap === 'keep') return { set, overlap, without: [] };
  requireSeparable(overlap, set);
  return { set, overlap, without: overlap.people };
}

/** The photos that recognisers are trained on in the place of generated images: so many people, so many photos of each. */
export interface DrawnPhotos {
  readonly set: PhotoSet;
  readonly choice: Choice;
  /** How many there are, which may be fewer than are asked for. */
  readonly people: number;
  readonly photos: number;
}

/** Draws them. Throws a UserError where there are not two people with as many photos. */
export function drawnPhotos(config: Config): DrawnPhotos {
  const { set, without } = trainingPhotos(config);
  const draw = { seed: config.seed, ...config.data.train };
  const choice = { ...withoutOf(without), draw };
  const chosen = chosenImages(set.records, choice);
  const people = new Set(chosen.map((i) => set.records[i].label)).size;
  if (people < 2)
    throw new UserError(
      `${set.folder} has ${people} people with ${draw.shotsPerPerson} photos, and the ceiling needs 2 at least; ` +
        'lower generation.imagesPerIdentity or leave out the ceiling by --variants.',
    );
  return { set, choice, people, photos: chosen.length };
}

/** People to leave out as part of a choice, which without any stays as it is. */
export const withoutOf = (without: readonly string[]): Choice =>
  without.length === 0 ? {} : { without: [...without] };
