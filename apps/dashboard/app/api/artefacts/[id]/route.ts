import { createReadStream } from 'node:fs';
import { basename, extname } from 'node:path';
import { Readable } from 'node:stream';
import {
  DatabaseProblem,
  getArtefact,
  NoArtefact,
  orProblem,
  resolveArtefactFile,
} from '@id3/tracking';
import { openDatabase } from '../../../../server/database.ts';

export const dynamic = 'force-dynamic';

/** What a browser may show; everything else is a download, so that no file of a run can act as a page. */
const SHOWN: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.json': 'application/json',
  '.csv': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};

/** The file of an artefact, by the number that the database gives it: no path is taken from a URL. */
export async function GET(_: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const id = Number((await params).id);
  try {
    const db = openDatabase();
    const artefact = Number.isSafeInteger(id) ? orProblem(db.path, () => getArtefact(db, id)) : undefined;
    if (artefact === undefined) throw new NoArtefact(String(id));
    const file = resolveArtefactFile(db.root, artefact.path);
    const type = SHOWN[extname(file).toLowerCase()];
    const disposition = type === undefined ? 'attachment' : 'inline';
    return new Response(Readable.toWeb(createReadStream(file)) as ReadableStream, {
      headers: {
        'Content-Type': type ?? 'application/octet-stream',
        'Content-Disposition': `${disposition}; filename*=UTF-8''${encodeURIComponent(basename(file))}`,
        'Cache-Control': 'no-cache',
      },
    });
  } catch (error) {
    if (error instanceof NoArtefact) return Response.json({ error: error.message }, { status: 404 });
    if (!(error instanceof DatabaseProblem)) throw error;
    return Response.json({ error: error.message }, { status: 503 });
  }
}
