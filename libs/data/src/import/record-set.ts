import { statSync } from 'node:fs';
import { UserError } from '@id3/core';
import { BrokenRecord, openRecordSet } from '@id3/formats';
import type { Passed } from './folder.ts';
import type { ImageSource } from './image-source.ts';

/**
 * A training set in RecordIO (see {@link openRecordSet}) as a source: one pass over it reads the labels, the rest stays on disk. Where labels
 * leave numbers out, people are counted anew in the order of their labels and records keep the old one as
 * `sourceLabel`. Records that are broken or cut off, without an image or with a label that is no whole number are `broken`; a UserError where all are.
 */
export function recordSetSource(path: string): ImageSource {
  const set = openRecordSet(path);
  const nameOf = (i: number) => `${set.path}, record ${set.keyOf(i)},`;
  const read: number[] = [];
  const found: number[] = [];
  const broken: Passed[] = set.damaged.map(({ offset, why }) => ({
    path: `${set.path}, byte ${offset}`,
    why,
  }));
  for (let i = 0; i < set.count; i++) {
    try {
      const { labels: own, image } = set.read(i);
      if (image.length === 0) throw new UserError('it has no image');
      if (!(Number.isInteger(own[0]) && own[0] >= 0 && own[0] < 2 ** 31))
        throw new UserError(`it has the label ${own[0]}; expected the number of a person`);
      found.push(own[0]);
      read.push(i);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // Of a broken record only what is wrong with it: the file is named beside.
      const why = error instanceof BrokenRecord ? error.why : error.message;
      broken.push({ path: `${set.path}, record ${set.keyOf(i)}`, why });
    }
  }
  if (read.length === 0)
    throw new UserError(`No record of ${set.path} can be read (${broken[0]?.why}); get the file again.`);
  const labels = Int32Array.from(found);
  const people = Int32Array.from(new Set(labels)).sort();
  const dense = people.every((label, i) => label === i);
  const numbers = new Map(dense ? [] : Array.from(people, (label, i) => [label, i]));
  const { property } = set;
  const size = property && Math.max(property.height, property.width);
  return {
    spec: { format: 'recordio', source: path, bytes: statSync(set.path).size, count: set.count },
    count: read.length,
    size,
    picture: (i) => set.read(read[i]).image,
    record: (i) =>
      dense ? { label: labels[i] } : { label: numbers.get(labels[i])!, sourceLabel: labels[i] },
    nameOf: (i) => nameOf(read[i]),
    broken,
    notes:
      set.announced === undefined
        ? []
        : [
            `${set.path} announces ${set.announced} images and has ${set.count}; get the file again to have all.`,
          ],
  };
}
