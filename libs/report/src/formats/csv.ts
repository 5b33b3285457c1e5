import { benchmarkKind, AVERAGES } from '../benchmarks.ts';
import type { Levels } from '../levels.ts';
import type { ContrastTest } from '../statistics.ts';
import type { Endpoint, ResultTable } from '../tabulate.ts';

type Value = string | number | boolean | null | undefined;

const COLUMNS = [
  'variant',
  'benchmark',
  'kind',
  'generators',
  'datasets',
  'seeds',
  'folds',
  'accuracy',
  'ci95',
  'baseline',
  'difference_to_baseline',
  'difference_ci95',
  'p',
  'p_holm',
  'equivalent',
  'paired_by_seeds',
  'runs',
] as const;

type Line = Partial<Record<(typeof COLUMNS)[number], Value>>;

/**
 * Every number of the table, unrounded, one line for each variant and benchmark (RFC 4180). Accuracies are shares. Under
 * `difference_to_baseline` are also the effects of the 2×2 design, lines `id-loss`, `score` and `interaction`, and what the
 * table can tell, lines `detectable` and `detectable-holm`.
 */
export function csvTable({ rows, columns, baseline, endpoints }: ResultTable): string {
  const results = rows.flatMap(({ name, results }) =>
    columns.flatMap((column): Line[] => {
      const result = results[column];
      if (result === undefined) return [];
      const { accuracy, levels, folds, versusBaseline, runs } = result;
      return [
        {
          ...about(name, column),
          ...levelCells(levels),
          folds,
          accuracy: accuracy.mean,
          ci95: accuracy.halfWidth,
          baseline: baseline?.name,
          ...(versusBaseline && testCells(versusBaseline)),
          p_holm: versusBaseline?.pHolm,
          equivalent: versusBaseline?.equivalent,
          paired_by_seeds: versusBaseline?.paired,
          runs: runs.join(' '),
        },
      ];
    }),
  );
  const lines = [...results, ...endpoints.flatMap(endpointLines)];
  return [COLUMNS.join(','), ...lines.map((line) => csvLine(COLUMNS.map((name) => line[name]))), ''].join(
    '\n',
  );
}

const about = (variant: string, column: string): Line => ({
  variant,
  benchmark: column,
  kind: AVERAGES.includes(column) ? column.split(' ')[0] : benchmarkKind(column),
});

const levelCells = ({ generators, datasets, recognisers }: Levels): Line => ({
  generators,
  datasets,
  seeds: recognisers,
});

const testCells = ({ difference, p }: ContrastTest): Line => ({
  difference_to_baseline: difference.mean,
  difference_ci95: difference.halfWidth,
  p,
});

function endpointLines({ column, detectable, factorial }: Endpoint): Line[] {
  const line = (name: string, cells: Line): Line => ({ ...about(name, column), ...cells });
  const design = factorial && [
    line('id-loss', { ...levelCells(factorial.levels), ...testCells(factorial.idLoss) }),
    line('score', { ...levelCells(factorial.levels), ...testCells(factorial.score) }),
    line('interaction', { ...levelCells(factorial.levels), ...testCells(factorial.interaction) }),
  ];
  const power = detectable && [
    line('detectable', { difference_to_baseline: detectable.alone }),
    line('detectable-holm', { difference_to_baseline: detectable.corrected }),
  ];
  return [...(design ?? []), ...(power ?? [])];
}

/** One line of values, quoted where they must be. */
export const csvLine = (values: readonly Value[]): string =>
  values
    .map((value) => (/[",\n\r]/.test(String(value)) ? `"${String(value).replace(/"/g, '""')}"` : value))
    .join(',');
