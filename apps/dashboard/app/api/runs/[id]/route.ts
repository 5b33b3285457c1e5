import { annotate, getRun, DatabaseProblem, type Annotation } from '@id3/tracking';
import { z } from 'zod';
import { writeToDatabase } from '../../../../server/database.ts';

const changeSchema = z
  .strictObject({
    name: z.string().max(200).nullable(),
    note: z.string().max(20_000).nullable(),
    tags: z.array(z.string().max(50)).max(50),
    archived: z.boolean(),
  })
  .partial() satisfies z.ZodType<Partial<Annotation>>;

/** Changes what a person says about a run: the dashboard's only writes. The proxy has refused foreign origins. */
export async function PATCH(
  request: Request,
  { params }: { params: Promise<{ id: string }> },
): Promise<Response> {
  const id = Number((await params).id);
  const change = changeSchema.safeParse(await request.json().catch(() => undefined));
  if (!change.success) {
    const [{ path, message }] = change.error.issues;
    return refuse(
      400,
      `The change${path.length > 0 ? ` of ${path.join('.')}` : ''} is not understood: ${message}.`,
    );
  }
  try {
    return writeToDatabase((writer) => {
      if (!Number.isSafeInteger(id) || getRun(writer, id) === undefined)
        return refuse(404, `There is no run ${id}.`);
      annotate(writer, id, change.data);
      return new Response(null, { status: 204 });
    });
  } catch (error) {
    if (!(error instanceof DatabaseProblem)) throw error;
    return refuse(503, error.message);
  }
}

const refuse = (status: number, error: string): Response => Response.json({ error }, { status });
