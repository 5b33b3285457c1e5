import { asc, desc, eq } from 'drizzle-orm';
import type { Readable } from './reader.ts';
import { artefacts, experiments, runs, variantRuns, variants } from './schema.ts';

/**
 * The files of one kind of every variant, such as what f sees in its dataset: experiments' runs the newest first, variants in
 * the order of their table.
 */
export function listVariantArtefacts({ db }: Readable, kind: string) {
  return (
    db
      .select({
        variantId: variants.id,
        name: variants.name,
        title: variants.title,
        /** The experiment's run, and what it is called. */
        experimentRunId: variants.runId,
        experiment: experiments.name,
        startedAt: runs.startedAt,
        /** The run that left the file, and the file's path from the artefact root. */
        runId: artefacts.runId,
        path: artefacts.path,
        role: variantRuns.role,
      })
      .from(artefacts)
      .innerJoin(variantRuns, eq(variantRuns.runId, artefacts.runId))
      .innerJoin(variants, eq(variants.id, variantRuns.variantId))
      // The experiment's run, not the one that left the file
      .innerJoin(runs, eq(runs.id, variants.runId))
      .innerJoin(experiments, eq(experiments.id, runs.experimentId))
      .where(eq(artefacts.kind, kind))
      .orderBy(desc(variants.runId), asc(variants.position))
      .all()
  );
}
export type VariantArtefact = ReturnType<typeof listVariantArtefacts>[number];
