import { readFileSync, statSync } from 'node:fs';
import { UserError } from '@id3/core';
import { inspectionSchema, type Inspection } from '@id3/data/browse';
import { resolveArtefactFile } from '@id3/tracking';

/** So many are kept in memory: as many as a person compares, and one more. */
const KEPT = 6;

const read = new Map<string, { changed: number; inspection: Inspection }>();

/**
 * What f sees in a dataset, as the `measure` stage saved it; kept until the file changes.
 *
 * @param path of the artefact, relative to the artefact root
 * @throws NoArtefact, or a UserError where the file is damaged or of another version
 */
export function readInspection(root: string, path: string): Inspection {
  const place = resolveArtefactFile(root, path);
  const changed = statSync(place).mtimeMs;
  const known = read.get(place);
  if (known?.changed === changed) return known.inspection;
  const inspection = parse(place);
  read.delete(place);
  read.set(place, { changed, inspection });
  for (const oldest of read.keys()) if (read.size > KEPT) read.delete(oldest);
  return inspection;
}

function parse(place: string): Inspection {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(place, 'utf8'));
  } catch {
    throw new UserError(`${place} is not valid JSON; delete its folder and run the experiment again.`);
  }
  const parsed = inspectionSchema.safeParse(json);
  if (!parsed.success)
    throw new UserError(
      `${place} is damaged or of another version (${parsed.error.issues[0].path.join('.')}); delete its folder and run the experiment again.`,
    );
  return parsed.data;
}
