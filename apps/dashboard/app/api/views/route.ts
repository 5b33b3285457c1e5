import { DatabaseProblem, removeView, saveView, type Reader } from '@id3/tracking';
import { z } from 'zod';
import { queryOf } from '../../../server/answer.ts';
import { writeToDatabase } from '../../../server/database.ts';

const viewSchema = z.strictObject({ name: z.string().trim().min(1).max(100), query: z.string().max(5_000) });

/** Saves a state of the view of runs under a name; one of that name is replaced. The proxy has refused foreign origins. */
export async function PUT(request: Request): Promise<Response> {
  const view = viewSchema.safeParse(await request.json().catch(() => undefined));
  if (!view.success) return refuse(400, `The view is not understood: ${view.error.issues[0].message}.`);
  return written((writer) => saveView(writer, view.data));
}

/** Forgets the view `name`. */
export function DELETE(request: Request): Response {
  return written((writer) => removeView(writer, queryOf(request).name ?? ''));
}

function written(action: (writer: Reader) => void): Response {
  try {
    writeToDatabase(action);
    return new Response(null, { status: 204 });
  } catch (error) {
    if (!(error instanceof DatabaseProblem)) throw error;
    return refuse(503, error.message);
  }
}

const refuse = (status: number, error: string): Response => Response.json({ error }, { status });
