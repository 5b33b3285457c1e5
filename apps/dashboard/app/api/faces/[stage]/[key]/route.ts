import { UserError } from '@id3/core';
import { DatabaseProblem } from '@id3/tracking';
import { openDatabase } from '../../../../../server/database.ts';
import { parseSpriteRequest, renderSprite, spriteTag } from '../../../../../server/sprites.ts';

export const dynamic = 'force-dynamic';

const refused = (error: string, status: number) => Response.json({ error }, { status });

/** Faces of a dataset beside one another: `/api/faces/generate/<key>?i=3,1,4&side=96`. */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ stage: string; key: string }> },
): Promise<Response> {
  const { stage, key } = await params;
  const sprite = parseSpriteRequest(`${stage}/${key}`, new URL(request.url).searchParams);
  if (sprite === undefined) return refused('No such faces: give i=0,1,2 and side=8 to 256.', 400);
  try {
    const { root } = openDatabase();
    const tag = spriteTag(root, sprite);
    // The address names the dataset by the hash of what it was made from, so its faces never change.
    const headers = { ETag: tag, 'Cache-Control': 'private, max-age=31536000, immutable' };
    if (request.headers.get('if-none-match') === tag) return new Response(null, { status: 304, headers });
    const image = await renderSprite(root, sprite);
    return new Response(new Uint8Array(image), { headers: { ...headers, 'Content-Type': 'image/webp' } });
  } catch (error) {
    if (error instanceof DatabaseProblem) return refused(error.message, 503);
    // The sentence may hold a path of this machine, which the address's author need not learn.
    if (error instanceof UserError) return refused('There are no such faces.', 404);
    throw error;
  }
}
