import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileDigest, hashOf, makeFolder, sha256 } from '@id3/core';
import { z } from 'zod';

/** What was found in one photo. */
const findingSchema = z.strictObject({
  /** Number of faces. */
  faces: z.int().optional(),
  /** Why the photo could not be decoded. */
  unreadable: z.string().optional(),
  /** What its decoder warned of. */
  warning: z.string().optional(),
  /** Of the chosen face: the detector's confidence and the five landmarks in the photo's pixels. */
  score: z.number().optional(),
  /** Where the mesh is not sure of it: how far its landmarks lie from where the detector sees them, in distances from the eyes to the mouth. */
  doubt: z.number().optional(),
  landmarks: z.array(z.tuple([z.number(), z.number()]).readonly()).optional(),
  /** Its pose in degrees. */
  yaw: z.number().optional(),
  pitch: z.number().optional(),
});
export type Finding = z.infer<typeof findingSchema>;

const lineSchema = findingSchema.extend({ photo: z.string() });

/** What a photo is known by: the SHA-256 of its file. Throws the file system's errors. */
export const photoKey = (picture: Uint8Array | string): string =>
  typeof picture === 'string' ? fileDigest(picture).sha256 : sha256(picture);

/**
 * What was found in photos by one way of looking, a line each, written as it is found and kept for every dataset that asks for the same
 * photo. Several processes may add at a time.
 */
export class FindingsStore {
  private constructor(
    private readonly path: string,
    private readonly known: Map<string, Finding>,
  ) {}

  /**
   * The findings that a folder holds for `way`, those of a killed run among them; a line that a kill cut off is passed over.
   *
   * @param way all that a finding depends on beside the photo
   */
  static open(folder: string, way: unknown): FindingsStore {
    makeFolder(folder);
    const path = join(folder, `${hashOf(way)}.jsonl`);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    // A broken last line must not swallow the next one.
    if (text !== '' && !text.endsWith('\n')) appendFileSync(path, '\n');
    const known = new Map<string, Finding>();
    for (const line of text.split('\n')) {
      const parsed = lineSchema.safeParse(jsonOf(line));
      if (!parsed.success) continue;
      const { photo, ...finding } = parsed.data;
      known.set(photo, finding);
    }
    return new FindingsStore(path, known);
  }

  /** The finding of a photo by its {@link photoKey}. */
  get(photo: string): Finding | undefined {
    return this.known.get(photo);
  }

  add(photo: string, finding: Finding): void {
    appendFileSync(this.path, `${JSON.stringify({ photo, ...finding })}\n`);
    this.known.set(photo, finding);
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
