import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, makeFolder, writeFileAtomic } from '@id3/core';
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
  landmarks: z.array(z.tuple([z.number(), z.number()]).readonly()).optional(),
});
export type Finding = z.infer<typeof findingSchema>;

/** The findings of a folder's photos in their order, a line each, written as they are made. */
const FILE = 'findings.jsonl';

export class FindingsFile {
  private constructor(
    private readonly path: string,
    readonly found: readonly Finding[],
  ) {}

  /**
   * The findings of the photos that `key` stands for, those of a killed run among them; a line that a kill cut off is dropped. Throws a
   * UserError where the folder has the findings of other photos or options.
   */
  static open(folder: string, key: string): FindingsFile {
    const path = join(folder, FILE);
    makeFolder(folder);
    const head = `${JSON.stringify({ key })}\n`;
    if (!existsSync(path)) writeFileAtomic(path, head);
    const text = readFileSync(path, 'utf8');
    if (!text.startsWith(head))
      throw new UserError(
        `${folder} holds an alignment of other photos or with other options; name another folder, or delete it to make it anew.`,
      );
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
    const lines = whole.slice(head.length).split('\n').slice(0, -1);
    return new FindingsFile(
      path,
      lines.map((line) => findingSchema.parse(JSON.parse(line))),
    );
  }

  add(finding: Finding): void {
    appendFileSync(this.path, `${JSON.stringify(finding)}\n`);
  }
}
