import { resolve } from 'node:path';
import { StudioFailure, StudioProcess } from '@id3/studio-client';
import { databasePath } from './database.ts';

// Next loads this module once for each bundle, and again after a change in development.
declare global {
  var id3Studio: StudioProcess | undefined;
}

/** The one process that makes faces, which starts with its first request. `ID3_STUDIO_IDLE` is the seconds after which it ends with nothing to do. */
export function studio(): StudioProcess {
  const { ID3_STUDIO_IDLE } = process.env;
  return (globalThis.id3Studio ??= new StudioProcess({
    entry: resolve(process.cwd(), '../studio/src/process.ts'),
    database: databasePath(),
    idleMs: ID3_STUDIO_IDLE ? 1000 * Number(ID3_STUDIO_IDLE) : undefined,
  }));
}

const STATUS = { unknown: 404, refused: 400, superseded: 409, busy: 503, broken: 500 } as const;

/** A refusal in one sentence, with the status that fits. Throws what is no failure of the studio. */
export function refusal(error: unknown): Response {
  if (!(error instanceof StudioFailure)) throw error;
  // Of what nobody foresaw, the stack is not the page's business.
  const [sentence] = error.message.split('\n');
  return Response.json({ error: sentence }, { status: STATUS[error.kind] });
}
