import { realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';

/**
 * The real path of a file below the artefact root, or undefined where there is none or where the path would lead
 * out of the root: by `..`, as an absolute path, through a link, or by a byte that ends it early. `path` is taken
 * as it is: whoever reads it from a URL decodes it once, before.
 */
export function artefactPath(root: string, path: string): string | undefined {
  if (path === '' || path.includes('\0') || path.includes('\\') || isAbsolute(path)) return undefined;
  if (path.split('/').includes('..')) return undefined;
  try {
    const [realRoot, real] = [realpathSync(root), realpathSync(join(root, path))];
    const below = relative(realRoot, real);
    if (below === '' || below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below)) return undefined;
    return statSync(real).isFile() ? real : undefined;
  } catch {
    return undefined;
  }
}
