import { existsSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';

/**
 * A path as seen from the current folder. The Nx executor (tools/nx/id3.cjs) starts commands in the workspace's root and says in ID3_FROM where the person
 * stands, from where relative paths count.
 */
export function fromWhereOneStands(path: string): string {
  const from = process.env.ID3_FROM;
  if (!from || isAbsolute(path)) return path;
  return relative('', resolve(from, path)) || '.';
}

/** For `coerce`: paths separated by commas, or one path that is there and has commas in its name. The option may be repeated, a path each. */
export const pathList = (text: string): string[] =>
  existsSync(fromWhereOneStands(text)) ? [text] : text.split(',');
