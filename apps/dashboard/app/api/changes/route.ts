import { DatabaseProblem, orProblem } from '@id3/tracking';
import { changeCounter, openDatabase } from '../../../server/database.ts';

export const dynamic = 'force-dynamic';

/** The change counter that pages poll. */
export function GET(): Response {
  try {
    const db = openDatabase();
    return Response.json({ counter: orProblem(db.path, () => changeCounter(db)) });
  } catch (error) {
    if (!(error instanceof DatabaseProblem)) throw error;
    return Response.json({ counter: error.kind });
  }
}
