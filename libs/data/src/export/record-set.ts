import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { UNFINISHED, UserError, writeFileAtomic } from '@id3/core';
import type { Dataset } from '../datasets/reader.ts';
import { packImageRecord } from '@id3/formats';
import { RecordWriter } from '@id3/formats';
import { claimExportFolder } from './claim.ts';
import { encodedImages, extensionOf, personName, type ExportOptions } from './encode.ts';

/** Whole numbers up to here are exact in the 32-bit floats that RecordIO keeps labels and ranges in. */
const MAX_EXACT = 2 ** 24;

const NAMES = ['train.rec', 'train.idx', 'train.lst', 'property'];

/**
 * Writes a dataset as InsightFace ships training sets, to be read by arcface_torch: `train.rec`, `train.idx`, `train.lst` and `property`.
 * Record 0 announces the ranges, records 1 … n are the images, person by person, and the records after them each give
 * the range of one person's images. `train.rec` appears when it is complete. Throws a UserError where the disk refuses or
 * the numbers are too large for the format.
 */
export async function exportRecordSet(
  dataset: Dataset,
  folder: string,
  options: ExportOptions = {},
): Promise<void> {
  const { count, identities, labels, height, width } = dataset;
  if (count + identities >= MAX_EXACT)
    throw new UserError(
      `${dataset.folder} has ${count} images, but RecordIO keeps their numbers as 32-bit floats, exact below ${MAX_EXACT}; export it as webdataset.`,
    );
  const unfinished = join(folder, `train.rec${UNFINISHED}`);
  claimExportFolder(folder, dataset, 'recordio', NAMES, options);
  const order = Uint32Array.from({ length: count }, (_, i) => i).sort(
    (i, j) => labels[i] - labels[j] || i - j,
  );
  const writer = new RecordWriter(unfinished);
  const index: string[] = [];
  const list: string[] = [];
  const append = (record: Buffer) => void index.push(`${index.length}\t${writer.append(record)}\n`);
  // [label, first key, key after the last]
  const people: [label: number, from: number, to: number][] = [];

  append(packImageRecord([count + 1, count + 1 + identities], 0));
  for await (const { i, encoded } of encodedImages(dataset, options, order)) {
    const key = index.length;
    const label = labels[i];
    append(packImageRecord(label, key, encoded));
    list.push(`${key}\t${personName(dataset, i)}/${i}.${extensionOf(options)}\t${label}\n`);
    const person = people.at(-1);
    if (person?.[0] === label) person[2] = key + 1;
    else people.push([label, key, key + 1]);
  }
  for (const [, from, to] of people) append(packImageRecord([from, to], index.length));
  writer.close();
  writeFileAtomic(join(folder, 'train.idx'), index.join(''));
  writeFileAtomic(join(folder, 'train.lst'), list.join(''));
  writeFileAtomic(join(folder, 'property'), `${identities},${height},${width}\n`);
  renameSync(unfinished, join(folder, 'train.rec'));
}
