import { join } from 'node:path';
import { freshFolder, pixelsOf, writePicture } from '@id3/formats/testing';
import { importImages, openDataset, openImageSource, type Dataset, type ImportFormat } from './index.ts';

/** Pixels of a side of the test pictures. */
export const size = 8;

/** The folder of {@link paths}. */
export const pictures = freshFolder();

/** Twenty-four different pictures. */
export const paths: readonly string[] = await Promise.all(
  Array.from({ length: 24 }, (_, i) => writePicture(pictures, i, size)),
);

/** Imports, in small shards. */
export async function imported(format: ImportFormat, from: string, pairs?: string): Promise<Dataset> {
  const folder = join(freshFolder(), 'dataset');
  await importImages(openImageSource(format, from, pairs), folder, { size, imagesPerShard: 5 });
  return openDataset(folder);
}

/** Which picture an image of a dataset is. */
export const pictureOf = (dataset: Dataset, i: number): number =>
  paths.findIndex((_, k) => Buffer.compare(dataset.image(i), pixelsOf(k, size)) === 0);

/** A benchmark's pairs by its pictures: [a, b, same, fold]. */
export const answers = (dataset: Dataset) =>
  dataset.pairs!.map(({ a, b, same, fold }) => [pictureOf(dataset, a), pictureOf(dataset, b), same, fold]);

/** Who is in each image. */
export const people = (dataset: Dataset) =>
  Array.from({ length: dataset.count }, (_, i) => dataset.record(i).person);
