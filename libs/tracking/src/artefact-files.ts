import { realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, sep, win32 } from 'node:path';
import { UserError } from '@id3/core';

/** A path that does not name something below the artefact root; answered with 404, whatever lies there. */
export class NoArtefact extends UserError {
  override name = 'NoArtefact';
  constructor(path: string) {
    super(`There is no artefact ${JSON.stringify(path.slice(0, 200))}.`);
  }
}

/**
 * The real place of an artefact, which is never outside the root: not by `..`, not by an absolute path, not by an
 * encoded one, not through a symbolic link.
 *
 * @param root the folder of the tracking database
 * @param path as the database or an address has it: relative, with `/` between its parts
 * @throws NoArtefact where the path leads elsewhere or to nothing
 */
export function resolveArtefact(root: string, path: string): string {
  if (!isPlain(path)) throw new NoArtefact(path);
  try {
    const inside = realpathSync(root) + sep;
    const place = realpathSync(join(root, path));
    if (place.startsWith(inside)) return place;
  } catch {
    // Not there, a circle of links, or not to be read: all the same to who asks.
  }
  throw new NoArtefact(path);
}

/** {@link resolveArtefact} for a path that must be a file. */
export function resolveArtefactFile(root: string, path: string): string {
  const place = resolveArtefact(root, path);
  // The comment within is for the bundler of the dashboard, which would else take the whole project with it.
  if (!statSync(/* turbopackIgnore: true */ place).isFile()) throw new NoArtefact(path);
  return place;
}

/** Parts that are ordinary names. A `%` is none: this workbench writes no such names, so it can only hide something. */
function isPlain(path: string): boolean {
  if (path === '' || isAbsolute(path) || win32.isAbsolute(path)) return false;
  if (/[\\%:\u0000-\u001f\u007f]/.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
