import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, makeFolder, writeFileAtomic } from '@id3/core';
import { z } from 'zod';
import { MANIFEST_FILE, readManifest } from '../datasets/manifest.ts';

/** What an unfinished import is of; removed when the dataset is complete. */
const PROGRESS_FILE = 'importing.json';

const remarkSchema = z.strictObject({ picture: z.int(), why: z.string() });
/** What there is to say of a picture, by its index in the source. */
export type Remark = z.infer<typeof remarkSchema>;

const progressSchema = z.strictObject({
  specHash: z.string(),
  /** Left out. */
  unreadable: z.array(remarkSchema),
  /** Taken although the decoder warned. */
  warned: z.array(remarkSchema),
});
export type Progress = z.infer<typeof progressSchema>;

/** Claims the folder for a source and returns how far its import is; undefined where it is complete. Throws a UserError where the folder holds another. */
export function beginImport(folder: string, specHash: string): Progress | undefined {
  const other = (what: string) =>
    new UserError(`${folder} holds ${what}; name another folder, or delete it to make it anew.`);
  makeFolder(folder);
  if (existsSync(join(folder, MANIFEST_FILE))) {
    if (readManifest(folder).specHash === specHash) return undefined;
    throw other('another dataset, or one that was imported from other files or with other options');
  }
  const path = join(folder, PROGRESS_FILE);
  if (!existsSync(path)) {
    const progress = { specHash, unreadable: [], warned: [] };
    saveProgress(folder, progress);
    return progress;
  }
  const found = progressSchema.safeParse(jsonOf(readFileSync(path, 'utf8')));
  if (found.success && found.data.specHash === specHash) return found.data;
  throw other('an unfinished import of other files or with other options');
}

/** Written before the shard that it speaks of. */
export const saveProgress = (folder: string, progress: Progress): void =>
  writeFileAtomic(join(folder, PROGRESS_FILE), JSON.stringify(progress));

export const endImport = (folder: string): void => rmSync(join(folder, PROGRESS_FILE), { force: true });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
