import { statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { UserError, hashOf } from '@id3/core';
import { nfc, picturesBelow, type Passed } from './folder.ts';
import { importImages, type ImportOptions } from './import-images.ts';
import type { ImageSource } from './image-source.ts';
import { namesOfFolders } from './names.ts';

/**
 * An ImageFolder of aligned faces: `source/<person>/<picture>`, in which a person's folder may have others in it. Labels count the people who
 * have pictures in the order of their names; records keep `person` and `file`, of numbered folders with CFP's list of names the name. Throws a UserError where there are no pictures.
 */
export function imageFolderSource(source: string): ImageSource {
  const { pictures, passed } = picturesBelow(source);
  const images = pictures
    .filter((path) => path.includes(sep))
    .map((path) => {
      const [person, ...file] = nfc(path).split(sep);
      return { path, person, file: file.join('/') };
    });
  if (images.length === 0)
    throw new UserError(
      pictures.length > 0
        ? `${source} has its ${pictures.length} pictures in no folder of a person; put them in one each, or give --format=unlabelled where nobody is known.`
        : `${source} holds no pictures${examples(passed)}; it must have one folder a person with picture files in it.`,
    );
  const people = [...new Set(images.map(({ person }) => person))];
  const labels = new Map(people.map((person, label) => [person, label]));
  const names = namesOfFolders(source, people);
  const pathOf = (i: number) => join(source, images[i].path);
  const sizes = images.map(({ person, file }, i) => [person, file, statSync(pathOf(i)).size]);
  const loose = pictures.filter((path) => !path.includes(sep));
  const nested = images.filter(({ file }) => file.includes('/')).length;
  return {
    spec: { format: 'image-folder', source, images: hashOf(sizes) },
    count: images.length,
    picture: pathOf,
    record: (i) => {
      const { person, file } = images[i];
      return { label: labels.get(person)!, person: names?.(person) ?? person, file };
    },
    nameOf: pathOf,
    passed: [...passed, ...loose.map((path) => ({ path, why: 'in no folder of a person' }))],
    notes:
      nested > 0
        ? [`${nested} pictures lie in folders of a person's folder and are taken for the person's.`]
        : [],
  };
}

/** What was found in place of pictures. */
const examples = (passed: readonly Passed[]): string =>
  passed.length === 0 ? '' : ` but ${passed.length} others, such as ${passed[0].path} (${passed[0].why})`;

/**
 * Pictures whose people are not known (FFHQ), in folders of any depth: each is a person of its own, whose label counts
 * pictures in the order of their paths; records keep `file`. Throws a UserError where there are none.
 */
export function unlabelledSource(source: string): ImageSource {
  const { pictures, passed } = picturesBelow(source);
  if (pictures.length === 0)
    throw new UserError(`${source} holds no pictures${examples(passed)}; check the path.`);
  return {
    spec: { format: 'unlabelled', source, images: hashOf(pictures) },
    count: pictures.length,
    picture: (i) => join(source, pictures[i]),
    record: (i) => ({ label: i, file: nfc(pictures[i]) }),
    nameOf: (i) => join(source, pictures[i]),
    passed,
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
