import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CODE_FILES } from '../../../components/about/texts.ts';

export const dynamic = 'force-dynamic';

/** The text of a file of the workbench that an explanation leads to, and of no other. */
export async function GET(
  _: Request,
  { params }: { params: Promise<{ path: string[] }> },
): Promise<Response> {
  const path = (await params).path.join('/');
  if (!CODE_FILES.has(path))
    return Response.json({ error: 'No explanation leads to this file.' }, { status: 404 });
  // Next runs two folders below the workspace root.
  const file = resolve(/* turbopackIgnore: true */ process.cwd(), '../..', path);
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' };
  return new Response(await readFile(file), { headers });
}
