import { readFileSync } from 'node:fs';
import {
  listVariantArtefacts,
  NoArtefact,
  resolveArtefactFile,
  type Readable,
  type VariantArtefact,
} from '@id3/tracking';
import { z } from 'zod';

const sliceSchema = z.object({
  by: z.string(),
  name: z.string(),
  pairs: z.number(),
  same: z.number(),
  accuracy: z.number(),
  falseMatchRate: z.number().nullable(),
  falseNonMatchRate: z.number().nullable(),
});
export type Slice = z.infer<typeof sliceSchema>;
/** The part of `verification.json` that this view shows. Files that are older than slices have none. */
const verificationSchema = z.array(
  z.object({ benchmark: z.string(), slices: z.array(sliceSchema).default([]) }),
);

/** What can be asked of a slice. */
export const SLICE_MEASURES = {
  accuracy: 'accuracy',
  falseMatchRate: 'FMR: two people taken for one',
  falseNonMatchRate: 'FNMR: one person taken for two',
} as const;
export type SliceMeasure = keyof typeof SLICE_MEASURES;
export const isSliceMeasure = (name: string): name is SliceMeasure => Object.hasOwn(SLICE_MEASURES, name);

/** A slice of a benchmark beside its measure under each variant, pooled over the variant's seeds. */
export interface SliceRow {
  readonly by: string;
  readonly name: string;
  /** Pairs of one recogniser. */
  readonly pairs: number;
  readonly values: readonly (number | null)[];
}

export interface SliceTable {
  readonly benchmarks: readonly string[];
  readonly variants: readonly VariantArtefact[];
  readonly rows: readonly SliceRow[];
}

/** The slices of one benchmark for the variants of an experiment's run. */
export function sliceTable(
  db: Readable,
  root: string,
  asked: { experimentRun: number; benchmark: string | undefined; measure: SliceMeasure },
): SliceTable {
  const files = listVariantArtefacts(db, 'verification').filter(
    ({ role, experimentRunId }) => role === 'verification' && experimentRunId === asked.experimentRun,
  );
  const read = files.map((file) => ({ file, results: readSlices(root, file.path) }));
  const benchmarks = [
    ...new Set(
      read.flatMap(({ results }) => results.filter((r) => r.slices.length > 0).map((r) => r.benchmark)),
    ),
  ].sort();
  const benchmark = benchmarks.find((name) => name === asked.benchmark) ?? benchmarks[0];
  const variants = [...new Map(files.map((file) => [file.variantId, file])).values()];
  const slicesOf = (variantId: number) =>
    read
      .filter(({ file }) => file.variantId === variantId)
      .flatMap(({ results }) => results.filter((r) => r.benchmark === benchmark).map((r) => r.slices));
  const names = new Map(
    variants.flatMap(({ variantId }) => slicesOf(variantId).flat()).map((s) => [`${s.by}/${s.name}`, s]),
  );
  const rows = [...names.values()].map(({ by, name, pairs }): SliceRow => {
    const values = variants.map(({ variantId }) =>
      pooled(
        slicesOf(variantId).flatMap((slices) => slices.filter((s) => s.by === by && s.name === name)),
        asked.measure,
      ),
    );
    return { by, name, pairs, values };
  });
  return { benchmarks, variants, rows };
}

/** A measure over several recognisers: each counts by the pairs it was measured on. */
export function pooled(slices: readonly Slice[], measure: SliceMeasure): number | null {
  let [sum, count] = [0, 0];
  for (const slice of slices) {
    const value = slice[measure];
    const pairs = {
      accuracy: slice.pairs,
      falseMatchRate: slice.pairs - slice.same,
      falseNonMatchRate: slice.same,
    };
    if (value === null) continue;
    sum += value * pairs[measure];
    count += pairs[measure];
  }
  return count === 0 ? null : sum / count;
}

/** Nothing where the file is gone or damaged: the rest of the page does not depend on it. */
function readSlices(root: string, path: string): z.infer<typeof verificationSchema> {
  try {
    const parsed = verificationSchema.safeParse(
      JSON.parse(readFileSync(resolveArtefactFile(root, path), 'utf8')),
    );
    return parsed.success ? parsed.data : [];
  } catch (error) {
    if (error instanceof NoArtefact || error instanceof SyntaxError) return [];
    throw error;
  }
}
