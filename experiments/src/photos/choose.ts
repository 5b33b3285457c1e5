import { personKey, type FaceRecord } from '@id3/data';
import { z } from 'zod';

/** Which images of a dataset are taken. */
export const choiceSchema = {
  /** People who are left out, by their names as they are compared. */
  without: z.array(z.string()).optional(),
};
const wholeSchema = z.object(choiceSchema);
export type Choice = z.infer<typeof wholeSchema>;

/** The indices of the images that are taken, ascending. */
export function chosenImages(records: readonly FaceRecord[], { without = [] }: Choice): number[] {
  const out = new Set(without);
  return records.flatMap(({ person }, i) => {
    const key = personKey(person);
    return key !== undefined && out.has(key) ? [] : [i];
  });
}
