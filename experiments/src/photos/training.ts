import { resolve } from 'node:path';
import type { Config } from '../config/schema.ts';
import { photoBenchmarks } from './columns.ts';
import { overlapOf, requireSeparable, type Overlap } from './overlap.ts';
import { readPhotoSet, type PhotoSet } from './set.ts';

/** The photos that take the place of the rendered `train` pool. */
export interface TrainingPhotos {
  readonly set: PhotoSet;
  readonly overlap: Overlap;
  /** The people who are left out, by their names as they are compared. */
  readonly without: readonly string[];
}

/** The training photos of a config with `data.trainFolder`. Throws a UserError where people in benchmarks are to be left out and cannot be. */
export function trainingPhotos(config: Config): TrainingPhotos {
  const set = readPhotoSet(resolve(config.data.trainFolder));
  const overlap = overlapOf(set, photoBenchmarks(config));
  if (config.data.overlap === 'keep') return { set, overlap, without: [] };
  requireSeparable(overlap, set);
  return { set, overlap, without: overlap.people };
}
