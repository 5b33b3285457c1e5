import { asc, eq } from 'drizzle-orm';
import type { Readable, Reader } from './reader.ts';
import { savedViews } from './schema.ts';

/** A state of the view of runs under the name that a person gave it; `query` is that of its URL. */
export interface SavedView {
  readonly name: string;
  readonly query: string;
}

/** Every saved view, by name. */
export function listSavedViews({ db }: Readable): SavedView[] {
  const { name, query } = savedViews;
  return db.select({ name, query }).from(savedViews).orderBy(asc(name)).all();
}

/** Saves a view; one of that name is replaced. */
export function saveView(writer: Reader, { name, query }: SavedView): void {
  const values = { query, updatedAt: Date.now() };
  writer.write((db) =>
    db
      .insert(savedViews)
      .values({ name, ...values })
      .onConflictDoUpdate({ target: savedViews.name, set: values })
      .run(),
  );
}

/** Forgets a view, where there is one of that name. */
export function removeView(writer: Reader, name: string): void {
  writer.write((db) => db.delete(savedViews).where(eq(savedViews.name, name)).run());
}
