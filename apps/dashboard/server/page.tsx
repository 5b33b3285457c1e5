import type { ReactNode } from 'react';
import { DatabaseProblem, orProblem, type Reader } from '@id3/tracking';
import { connection } from 'next/server';
import { Live } from '../components/live.tsx';
import { Problem } from '../components/problem.tsx';
import { changeCounter, openDatabase } from './database.ts';

/** A URL's query, each name with its first value. */
export type Search = Readonly<Record<string, string | undefined>>;

interface Request {
  readonly params: Promise<Record<string, string>>;
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export interface View {
  readonly db: Reader;
  /** The dynamic parts of the route, such as `id` of `/runs/[id]`. */
  readonly params: Readonly<Record<string, string>>;
  /** The view's state: everything that a link to this view must hold. */
  readonly search: Search;
}

/**
 * A page over the database. Every query belongs in `render`, not in the components that it returns: a
 * database that turns out missing, locked or damaged there gets a page that says so. The page is
 * rendered anew, without losing scroll or selection, whenever the database has changed.
 */
export function page(render: (view: View) => ReactNode | Promise<ReactNode>) {
  return async function Page({ params, searchParams }: Request) {
    await connection();
    const [route, query] = await Promise.all([params, searchParams]);
    const search = Object.fromEntries(
      Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
    );
    try {
      const db = openDatabase();
      const seen = orProblem(db.path, () => changeCounter(db));
      const content = await problemsOf(db.path, () => render({ db, params: route, search }));
      return (
        <>
          {content}
          <Live seen={seen} />
        </>
      );
    } catch (error) {
      if (!(error instanceof DatabaseProblem)) throw error;
      return (
        <>
          <Problem kind={error.kind} message={error.message} />
          <Live seen={error.kind} />
        </>
      );
    }
  };
}

async function problemsOf<T>(path: string, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    return orProblem(path, () => {
      throw error;
    });
  }
}
