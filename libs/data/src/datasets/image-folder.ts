import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { UserError, hashOf, makeFolder, writeFileAtomic } from '@id3/core';
import type { FaceRecord } from './manifest.ts';
import type { Dataset } from './reader.ts';
import { DatasetWriter } from './writer.ts';

const IMAGE_FILE = /\.(png|jpe?g|webp|tiff?|gif|avif|pgm|ppm)$/i;

export interface ImportOptions {
  /** Pixels of a side of the dataset's images; pictures of another size are scaled, after cutting the longer side. */
  size: number;
  imagesPerShard?: number;
}

/** The pictures of an ImageFolder, one folder a person, by name. Throws a UserError where there are none. */
function listImages(source: string): { person: string; file: string }[] {
  let people: string[];
  try {
    people = readdirSync(source, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(`${source} cannot be read (${code}); give a folder with one folder a person.`);
  }
  const images = people.flatMap((person) =>
    readdirSync(join(source, person))
      .filter((file) => IMAGE_FILE.test(file))
      .sort()
      .map((file) => ({ person, file })),
  );
  if (images.length === 0) {
    throw new UserError(
      `${source} holds no pictures; it must have one folder a person with picture files in it.`,
    );
  }
  return images;
}

/**
 * Makes a dataset in `folder` of an ImageFolder of aligned faces: `source/<person>/<picture>`. Labels count the people who have
 * pictures in the order of their names; records keep `person` and `file`. Continues where a killed import stopped.
 * Throws a UserError that names an unreadable picture.
 */
export async function importImageFolder(
  source: string,
  folder: string,
  { size, imagesPerShard = 512 }: ImportOptions,
): Promise<void> {
  const images = listImages(source);
  const labels = new Map(
    [...new Set(images.map(({ person }) => person))].map((person, label) => [person, label]),
  );
  const sizes = images.map(({ person, file }) => [person, file, statSync(join(source, person, file)).size]);
  const writer = DatasetWriter.open(folder, {
    kind: 'imported',
    spec: { source: resolve(source), size, images: hashOf(sizes) },
    height: size,
    width: size,
    count: images.length,
    imagesPerShard,
  });
  for (let k = 0; k < writer.shards; k++) {
    if (writer.hasShard(k)) continue;
    const [from, to] = writer.shardRange(k);
    const members = images.slice(from, to);
    const pixels = new Uint8Array(members.length * size * size * 3);
    await Promise.all(
      members.map(async ({ person, file }, i) => {
        pixels.set(await readImage(join(source, person, file), size), i * size * size * 3);
      }),
    );
    const records = members.map(({ person, file }): FaceRecord => ({
      label: labels.get(person)!,
      person,
      file,
    }));
    writer.writeShard(k, { images: pixels, records });
  }
  writer.finish();
}

async function readImage(path: string, size: number): Promise<Uint8Array> {
  try {
    return await sharp(path)
      .toColourspace('srgb')
      .flatten()
      .resize(size, size, { fit: 'cover' })
      .raw()
      .toBuffer();
  } catch (error) {
    throw new UserError(
      `${path} cannot be read as a picture (${(error as Error).message}); mend or remove it and import again.`,
    );
  }
}

/**
 * Writes a dataset as PNG files, one folder a person: `<person>/<index>.png`, where the person is the imported name or
 * the label. Throws a UserError where the disk refuses.
 */
export async function exportImageFolder(dataset: Dataset, folder: string): Promise<void> {
  const { count, height, width } = dataset;
  makeFolder(folder);
  for (let i = 0; i < count; i++) {
    const { label, person } = dataset.record(i);
    const name = typeof person === 'string' ? person : `person-${String(label).padStart(6, '0')}`;
    const path = join(folder, name, `${String(i).padStart(7, '0')}.png`);
    const png = await sharp(dataset.image(i), { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    writeFileAtomic(path, png);
  }
}
