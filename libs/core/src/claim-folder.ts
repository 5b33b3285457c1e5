import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, explainFileError } from './errors.ts';
import { makeFolder, writeFileAtomic } from './files.ts';

/** Says what a folder's export is of; written first. */
const EXPORT_FILE = '.export.json';

/** What an export's names end with until they are complete. */
export const UNFINISHED = '.unfinished';

interface Claim {
  /** Hash of all that tells one export from another. */
  readonly of: string;
  /** What the export writes into the folder. */
  readonly names: readonly string[];
}

/**
 * Takes a folder for an export. One that the same export has begun or written is taken again; another export is removed where `overwrite`
 * says so. Throws a UserError where the folder holds anything else, which is never removed.
 */
export function claimFolder(folder: string, claim: Claim, overwrite: boolean): void {
  makeFolder(folder);
  const path = join(folder, EXPORT_FILE);
  const earlier = (existsSync(path) ? claimIn(path) : undefined) ?? { of: claim.of, names: [] };
  const ours = new Set([EXPORT_FILE, ...earlier.names]);
  const foreign = readdirSync(folder).find((name) => !ours.has(name) && !name.endsWith(UNFINISHED));
  if (foreign !== undefined)
    throw new UserError(
      `${folder} holds ${foreign}, which no export of this kind has written; name another folder.`,
    );
  const isSame = earlier.of === claim.of;
  if (!isSame && !overwrite)
    throw new UserError(
      `${folder} holds another export; name another folder, or have it replaced by --overwrite.`,
    );
  try {
    for (const name of earlier.names)
      if (!isSame || !claim.names.includes(name))
        rmSync(join(folder, name), { recursive: true, force: true });
  } catch (error) {
    throw explainFileError(error, folder);
  }
  writeFileAtomic(path, JSON.stringify({ of: claim.of, names: claim.names }));
}

/** What the file says; undefined where no export has written it so. */
function claimIn(path: string): Claim | undefined {
  try {
    const found = JSON.parse(readFileSync(path, 'utf8')) as Partial<Record<keyof Claim, unknown>> | null;
    const { of, names } = found ?? {};
    return typeof of === 'string' && Array.isArray(names) && names.every(isName) ? { of, names } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a text names something in a folder itself: what a claim names may be removed. */
const isName = (name: unknown): name is string =>
  typeof name === 'string' && /^(?!\.\.?$)[^/\\]+$/.test(name);
