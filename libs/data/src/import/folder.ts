import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { UserError, errorCode } from '@id3/core';

/** What the decoder reads: sharp's formats, and Netpbm by netpbm.ts. */
const IMAGE_FILE = /\.(png|jpe?g|jpe|jfif|webp|tiff?|gif|avif|pgm|ppm|pnm)$/i;

/** A file or folder that is not taken, and why. */
export interface Passed {
  readonly path: string;
  readonly why: string;
}

/** What lies below a folder; paths are relative to it, as they are on disk, in the order of their names. */
export interface Pictures {
  readonly pictures: readonly string[];
  readonly passed: readonly Passed[];
}

/** macOS keeps é as two characters (NFD), other systems as one (NFC): both are one name. */
export const nfc = (path: string): string => path.normalize('NFC');

/**
 * All pictures below a folder. Symbolic links are followed, but a folder or picture is read once, under its own path where it lies below: so cycles end and
 * nobody is there twice. Hidden files, folders that cannot be read and what has no picture's suffix are passed over. Throws a UserError
 * where the folder itself cannot be read.
 */
export function picturesBelow(folder: string): Pictures {
  const pictures: string[] = [];
  const passed: Passed[] = [];
  const links: string[] = [];
  const pictureLinks: string[] = [];
  const seen = new Set<string>();
  const pass = (path: string, why: string) => void passed.push({ path, why });
  const read = (below: string): void => {
    const real = realpathSync(join(folder, below));
    if (seen.has(real)) return pass(below, 'a link to a folder that is read already');
    const entries = readdirSync(real, { withFileTypes: true });
    seen.add(real);
    for (const entry of entries) {
      const path = join(below, entry.name);
      const kind = entry.name.startsWith('.') ? 'hidden' : kindOf(join(folder, path));
      if (kind === 'folder' && entry.isSymbolicLink()) links.push(path);
      else if (kind === 'folder') tryRead(path);
      else if (kind !== 'file') pass(path, kind);
      else if (IMAGE_FILE.test(entry.name)) (entry.isSymbolicLink() ? pictureLinks : pictures).push(path);
      else pass(path, 'no suffix of a picture that can be read');
    }
  };
  const tryRead = (path: string): void => {
    try {
      read(path);
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      pass(path, `a folder that cannot be read (${errorCode(error)})`);
    }
  };
  try {
    read('');
  } catch (error) {
    throw new UserError(`${folder} cannot be read (${errorCode(error)}); give a folder of pictures.`);
  }
  // Links behind links are added to the list while it is read.
  for (const path of links) tryRead(path);
  const realOf = (path: string) => realpathSync(join(folder, path));
  const taken = new Set(pictureLinks.length === 0 ? [] : pictures.map(realOf));
  for (const path of pictureLinks) {
    const real = realOf(path);
    if (taken.has(real)) pass(path, 'a link to a picture that is read already');
    else pictures.push(path);
    taken.add(real);
  }
  return {
    pictures: byName(pictures, (path) => path),
    passed: byName(passed, ({ path }) => path),
  };
}

/** By the names of folders, then of files. */
function byName<T>(list: readonly T[], pathOf: (one: T) => string): T[] {
  const keyed = list.map((one) => ({ one, key: nfc(pathOf(one)).replaceAll(sep, '\0') }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ one }) => one);
}

/** What a path leads to: `file`, `folder`, or why it is neither. */
function kindOf(path: string): string {
  try {
    const stat = statSync(path);
    return stat.isDirectory() ? 'folder' : stat.isFile() ? 'file' : 'no file';
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? 'a link to nothing' : `not to be read (${errorCode(error)})`;
  }
}

/**
 * Finds the pictures that lists name, whose copies may have another suffix (`.png`, `.JPG`) or their names in NFD; a function from a path as it
 * is listed to the path on disk, undefined where there is none. It throws a UserError where several could be meant.
 */
export function pictureFinder(): (path: string) => string | undefined {
  /** The names in a folder as they are on disk, by themselves in NFC and by themselves without a picture's suffix. */
  const folders = new Map<string, { whole: Map<string, string>; stems: Map<string, string[]> }>();
  const contentsOf = (folder: string) => {
    const known = folders.get(folder);
    if (known) return known;
    const names = existsSync(folder) ? readdirSync(folder).sort() : [];
    const stems = new Map<string, string[]>();
    for (const name of names)
      if (IMAGE_FILE.test(name)) stems.set(stemOf(name), [...(stems.get(stemOf(name)) ?? []), name]);
    const contents = { whole: new Map(names.map((name) => [nfc(name), name])), stems };
    folders.set(folder, contents);
    return contents;
  };
  const folderOf = (path: string): string => {
    const parent = dirname(path);
    if (existsSync(path) || parent === path) return path;
    const above = folderOf(parent);
    return join(above, contentsOf(above).whole.get(nfc(basename(path))) ?? basename(path));
  };
  return (path) => {
    if (existsSync(path)) return path;
    const folder = folderOf(dirname(path));
    const { whole, stems } = contentsOf(folder);
    const exact = whole.get(nfc(basename(path)));
    if (exact !== undefined) return join(folder, exact);
    const [name, another] = stems.get(stemOf(basename(path))) ?? [];
    if (another !== undefined)
      throw new UserError(
        `${path} may be ${name} or ${another} of that folder; remove the one that is not meant.`,
      );
    return name && join(folder, name);
  };
}

const stemOf = (name: string): string => nfc(name.replace(IMAGE_FILE, ''));
