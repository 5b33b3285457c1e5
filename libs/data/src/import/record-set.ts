import { statSync } from 'node:fs';
import { UserError } from '@id3/core';
import { openRecordSet } from '@id3/formats';
import type { ImageSource } from './import-images.ts';

/**
 * A training set in RecordIO (see {@link openRecordSet}) as a source: one pass over it reads the labels, the rest stays on disk. Where labels
 * leave numbers out, people are counted anew in the order of their labels and records keep the old one as
 * `sourceLabel`. Throws a UserError where a label is no whole number or a record has no image.
 */
export function recordSetSource(path: string): ImageSource {
  const set = openRecordSet(path);
  const nameOf = (i: number) => `${set.path}, record ${set.keyOf(i)},`;
  const labels = new Int32Array(set.count);
  for (let i = 0; i < set.count; i++) {
    const { labels: own, image } = set.read(i);
    if (image.length === 0) throw new UserError(`${nameOf(i)} has no image; get the file again.`);
    if (!(Number.isInteger(own[0]) && own[0] >= 0 && own[0] < 2 ** 31))
      throw new UserError(`${nameOf(i)} has the label ${own[0]}; expected the number of a person.`);
    labels[i] = own[0];
  }
  const people = Int32Array.from(new Set(labels)).sort();
  const dense = people.every((label, i) => label === i);
  const numbers = new Map(dense ? [] : Array.from(people, (label, i) => [label, i]));
  const { property } = set;
  const size = property && Math.max(property.height, property.width);
  return {
    spec: { format: 'recordio', source: path, bytes: statSync(set.path).size, count: set.count },
    count: set.count,
    size,
    picture: (i) => set.read(i).image,
    record: (i) =>
      dense ? { label: labels[i] } : { label: numbers.get(labels[i])!, sourceLabel: labels[i] },
    nameOf,
  };
}
