import { readdirSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { UserError, hashOf } from '@id3/core';
import { importImages, type ImageSource, type ImportOptions } from './import-images.ts';

const IMAGE_FILE = /\.(png|jpe?g|webp|tiff?|gif|avif|pgm|ppm)$/i;

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(`${folder} cannot be read (${code}); give a folder of pictures.`);
  }
}

/** The pictures of an ImageFolder, one folder a person, by name. */
const picturesByPerson = (source: string) =>
  entriesOf(source)
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: person }) =>
      entriesOf(join(source, person))
        .filter(({ name }) => IMAGE_FILE.test(name))
        .map(({ name: file }) => ({ person, file })),
    );

/** The paths of all pictures below a folder, relative to it, by name. */
const picturesBelow = (source: string, below = ''): string[] =>
  entriesOf(join(source, below)).flatMap((entry) => {
    const path = join(below, entry.name);
    if (entry.isDirectory()) return picturesBelow(source, path);
    return IMAGE_FILE.test(entry.name) ? [path] : [];
  });

/**
 * An ImageFolder of aligned faces: `source/<person>/<picture>`. Labels count the people who have pictures in the order of their
 * names; records keep `person` and `file`. Throws a UserError where there are no pictures.
 */
export function imageFolderSource(source: string): ImageSource {
  const images = picturesByPerson(source);
  if (images.length === 0)
    throw new UserError(
      `${source} holds no pictures; it must have one folder a person with picture files in it.`,
    );
  const people = [...new Set(images.map(({ person }) => person))];
  const labels = new Map(people.map((person, label) => [person, label]));
  const pathOf = (i: number) => join(source, images[i].person, images[i].file);
  const sizes = images.map(({ person, file }, i) => [person, file, statSync(pathOf(i)).size]);
  return {
    spec: { format: 'image-folder', source, images: hashOf(sizes) },
    count: images.length,
    picture: pathOf,
    record: (i) => ({ label: labels.get(images[i].person)!, ...images[i] }),
    nameOf: pathOf,
  };
}

/**
 * Pictures whose people are not known (FFHQ), in folders of any depth: each is a person of its own, whose label counts
 * pictures in the order of their paths; records keep `file`. Throws a UserError where there are none.
 */
export function unlabelledSource(source: string): ImageSource {
  const files = picturesBelow(source);
  if (files.length === 0) throw new UserError(`${source} holds no pictures; check the path.`);
  return {
    spec: { format: 'unlabelled', source, images: hashOf(files) },
    count: files.length,
    picture: (i) => join(source, files[i]),
    record: (i) => ({ label: i, file: files[i] }),
    nameOf: (i) => join(source, files[i]),
  };
}

/** Makes a dataset in `folder` of {@link imageFolderSource}; see {@link importImages}. */
export async function importImageFolder(
  source: string,
  folder: string,
  options?: ImportOptions,
): Promise<void> {
  await importImages(imageFolderSource(source), folder, options);
}
