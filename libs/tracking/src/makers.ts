import { and, asc, eq, lte, max } from 'drizzle-orm';
import type { Readable } from './reader.ts';
import { artefacts, runs } from './schema.ts';

/**
 * The runs that computed the files which an experiment's run rests on: those of its stages that it computed itself, and for those
 * that were there already the last earlier ones that left the same files. By ascending number.
 */
export function listMakers({ db }: Readable, runId: number) {
  const { id, stage, engine, engineVersions, gitRevision, gitDirty, startedAt, finishedAt } = runs;
  // Grouped on its own: joined at once, every child would be looked at for every file.
  const needed = db
    .select({ path: artefacts.path, until: max(artefacts.runId).as('until') })
    .from(artefacts)
    .innerJoin(runs, eq(runs.id, artefacts.runId))
    .where(eq(runs.parentId, runId))
    .groupBy(artefacts.path)
    .as('needed');
  const rows = db
    .select({
      path: artefacts.path,
      maker: { id, stage, engine, engineVersions, gitRevision, gitDirty, startedAt, finishedAt },
    })
    .from(needed)
    .innerJoin(artefacts, and(eq(artefacts.path, needed.path), lte(artefacts.runId, needed.until)))
    .innerJoin(runs, eq(runs.id, artefacts.runId))
    .where(eq(runs.status, 'finished'))
    .orderBy(asc(runs.id))
    .all();
  const byPath = new Map(rows.map(({ path, maker }) => [path, maker]));
  const makers = new Map([...byPath.values()].map((maker) => [maker.id, maker]));
  return [...makers.values()].sort((a, b) => a.id - b.id);
}
export type Maker = ReturnType<typeof listMakers>[number];
