import { benchmarkKind, AVERAGES } from '../benchmarks.ts';
import type { ResultTable } from '../tabulate.ts';

const HEADER =
  'variant,benchmark,kind,seeds,folds,accuracy,ci95,baseline,difference_to_baseline,difference_ci95,p,p_holm,runs';

/** Every number of the table, unrounded, one line for each variant and benchmark (RFC 4180). Accuracies are shares. */
export function csvTable({ rows, columns, baseline }: ResultTable): string {
  const lines = rows.flatMap(({ name, results }) =>
    columns.flatMap((column) => {
      const result = results[column];
      if (result === undefined) return [];
      const { accuracy, seeds, folds, versusBaseline, runs } = result;
      const { difference, p, pHolm } = versusBaseline ?? {};
      const kind = AVERAGES.includes(column) ? column.split(' ')[0] : benchmarkKind(column);
      return [
        csvLine([
          name,
          column,
          kind,
          seeds.length,
          folds,
          accuracy.mean,
          accuracy.halfWidth,
          baseline?.name,
          difference?.mean,
          difference?.halfWidth,
          p,
          pHolm,
          runs.join(' '),
        ]),
      ];
    }),
  );
  return [HEADER, ...lines, ''].join('\n');
}

/** One line of values, quoted where they must be. */
export const csvLine = (values: readonly (string | number | null | undefined)[]): string =>
  values
    .map((value) => (/[",\n\r]/.test(String(value)) ? `"${String(value).replace(/"/g, '""')}"` : value))
    .join(',');
