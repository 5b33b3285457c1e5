import { isBound } from './comparison.ts';
import { sweepOf, type SweepLine } from './charts/data.ts';
import type { VariantResults } from './results.ts';
import { differingFields, flatten, sweep } from './sweep.ts';
import { tabulate, type TableOptions } from './tabulate.ts';

/** Fewer values of a field make no curve: an ablation's rows differ from the method in one value each. */
const MIN_VALUES = 3;

/** Accuracies over the values of one config field. */
export interface Curves {
  readonly field: string;
  /** Of each set of rows that differ in the field alone a line, in the order of the table. */
  readonly lines: readonly (SweepLine & { readonly title: string })[];
}

/** The curves that are in a table: of every field that takes several values while all other fields of a config stay as they are. */
export function curvesIn(
  variants: readonly VariantResults[],
  chosen: Pick<TableOptions, 'benchmarks' | 'seeds'> = {},
): Curves[] {
  const rows = variants.flatMap((variant) => {
    const replicates = chosenOf(variant.replicates, chosen);
    const leaves = Object.entries(flatten(variant.config)).sort(([a], [b]) => (a < b ? -1 : 1));
    return isBound(variant.name) || replicates.length === 0 ? [] : [{ ...variant, replicates, leaves }];
  });
  return differingFields(rows).flatMap((field) => {
    const groups = new Map<string, VariantResults[]>();
    for (const row of rows) {
      const others = JSON.stringify(row.leaves.filter(([name]) => name !== field));
      groups.set(others, [...(groups.get(others) ?? []), row]);
    }
    const lines = [...groups.values()].flatMap((group) => lineOf(field, group));
    return lines.length === 0 ? [] : [{ field, lines }];
  });
}

/** Replicates with what is chosen of them; those that have nothing of it are left out. */
const chosenOf = (
  replicates: VariantResults['replicates'],
  { benchmarks, seeds }: Pick<TableOptions, 'benchmarks' | 'seeds'>,
): VariantResults['replicates'] =>
  replicates
    .filter(({ seed }) => seeds?.includes(seed) ?? true)
    .map(({ folds, ...replicate }) => ({
      ...replicate,
      folds: Object.fromEntries(Object.entries(folds).filter(([name]) => benchmarks?.includes(name) ?? true)),
    }))
    .filter(({ folds }) => Object.keys(folds).length > 0);

function lineOf(field: string, rows: readonly VariantResults[]): Curves['lines'][number][] {
  const points = sweep(rows, field, rows[0].name);
  if (points.length < MIN_VALUES) return [];
  const line = sweepOf(field, points, tabulate(points));
  // A sweep's titles end in the value: what is before it is the line's.
  const [title] = rows[0].title.split(`, ${field} = `);
  return [{ ...line, title }];
}
