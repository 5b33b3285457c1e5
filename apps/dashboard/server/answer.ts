import { UserError } from '@id3/core';
import { DatabaseProblem, orProblem, type Reader } from '@id3/tracking';
import { openDatabase } from './database.ts';

/** Answers a request from the database; what a person asked wrongly is a 400, a database that cannot be read a 503, each in a sentence. */
export function answer(action: (db: Reader) => Response): Response {
  try {
    const db = openDatabase();
    return orProblem(db.path, () => action(db));
  } catch (error) {
    if (error instanceof DatabaseProblem) return Response.json({ error: error.message }, { status: 503 });
    if (error instanceof UserError) return Response.json({ error: error.message }, { status: 400 });
    throw error;
  }
}

/** A URL's query, each name with its first value. */
export const queryOf = (request: Request): Record<string, string | undefined> =>
  Object.fromEntries([...new URL(request.url).searchParams].reverse());
