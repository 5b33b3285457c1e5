import { eq, inArray } from 'drizzle-orm';
import type { Readable, Reader } from './reader.ts';
import { annotations, tags } from './schema.ts';

/** What a person has said about a run. */
export interface Annotation {
  /** What the person calls the run; null for the name that the run gave itself. */
  readonly name: string | null;
  readonly note: string | null;
  readonly tags: readonly string[];
  readonly archived: boolean;
}

const NOTHING: Annotation = { name: null, note: null, tags: [], archived: false };

/** What a person has said about runs, by run; about all of them where none are given. */
export function getAnnotations({ db }: Readable, runIds?: number[]): Map<number, Annotation> {
  const byRun = new Map<number, Annotation>();
  const said = db
    .select()
    .from(annotations)
    .where(runIds && inArray(annotations.runId, runIds))
    .all();
  for (const { runId, name, note, archivedAt } of said)
    byRun.set(runId, { name, note, tags: [], archived: archivedAt !== null });
  const tagged = db
    .select()
    .from(tags)
    .where(runIds && inArray(tags.runId, runIds))
    .orderBy(tags.tag)
    .all();
  for (const { runId, tag } of tagged) {
    const known = byRun.get(runId) ?? NOTHING;
    byRun.set(runId, { ...known, tags: [...known.tags, tag] });
  }
  return byRun;
}

/** Changes what a person says about a run; what `change` leaves out stays. Empty texts are removed. */
export function annotate(writer: Reader, runId: number, change: Partial<Annotation>): void {
  const now = Date.now();
  const text = (value: string | null | undefined) =>
    value === undefined ? undefined : value?.trim() || null;
  writer.write((db) => {
    const { archived } = change;
    const values = {
      name: text(change.name),
      note: text(change.note),
      archivedAt: archived === undefined ? undefined : archived ? now : null,
      updatedAt: now,
    };
    db.insert(annotations)
      .values({ runId, ...values })
      .onConflictDoUpdate({ target: annotations.runId, set: values })
      .run();
    if (change.tags === undefined) return;
    db.delete(tags).where(eq(tags.runId, runId)).run();
    const given = new Set(change.tags.map((tag) => tag.trim()).filter((tag) => tag !== ''));
    for (const tag of given) db.insert(tags).values({ runId, tag }).run();
  });
}
