import { resolve } from 'node:path';
import { UserError, explainFileError, writeFileAtomic } from '@id3/core';
import { StudioFailure, refusalOf, requestOfWords } from '@id3/studio-client';
import { Studio } from './studio.ts';

/** Makes the picture of a request in words, and says what was seen in it. Throws a UserError that says what is wrong with a word. */
export async function makeFace(
  words: Readonly<Record<string, string | undefined>>,
  { out, database }: { out: string; database: string },
): Promise<void> {
  const request = requestOfWords(words);
  if (!request.success) throw new UserError(refusalOf(request.error));
  const { strip, faces } = await new Studio(resolve(database)).faces(request.data).catch((error: unknown) => {
    throw error instanceof StudioFailure ? new UserError(error.message) : error;
  });
  try {
    writeFileAtomic(out, strip.png);
  } catch (error) {
    throw explainFileError(error, out);
  }
  for (const { cosine, judged, age, yaw, readAge, readYaw } of faces)
    console.log(
      [
        `cosine to y ${cosine.toFixed(3)}`,
        ...(judged === undefined ? [] : [`g to the portrait ${judged.toFixed(3)}`]),
        ...(age === undefined
          ? []
          : [`age ${age}${readAge === undefined ? '' : ` (read ${readAge.toFixed(0)})`}`]),
        ...(yaw === undefined
          ? []
          : [`yaw ${yaw}°${readYaw === undefined ? '' : ` (read ${readYaw.toFixed(0)}°)`}`]),
      ].join(', '),
    );
  console.log(`${out}: ${faces.length === 1 ? 'a face' : `${faces.length} faces`}.`);
}
