import { answer, queryOf } from '../../../server/answer.ts';
import { readEntries, valuesOf } from '../../../server/fields.ts';

export const dynamic = 'force-dynamic';

/** The values that runs have of one field, to complete a filter with. */
export function GET(request: Request): Response {
  const { field = '' } = queryOf(request);
  return answer((db) => Response.json({ values: valuesOf(db, readEntries(db), field) }));
}
