import type { Interval } from '../statistics.ts';
import { SIGNIFICANT, type Comparison, type Result, type ResultTable } from '../tabulate.ts';

/** A share as percent with two decimals. */
export const percent = (share: number): string => (100 * share).toFixed(2);

/** A difference of shares in points, with its sign. */
export const points = (share: number): string => `${share < 0 ? '−' : '+'}${percent(Math.abs(share))}`;

/** `mean ± half-width` in percent. */
export const plusMinus = ({ mean, halfWidth }: Interval): string =>
  halfWidth === undefined ? percent(mean) : `${percent(mean)} ± ${percent(halfWidth)}`;

/** Whether a difference can be told from chance after Holm's correction. */
export const isSignificant = ({ pHolm }: Comparison): boolean => pHolm !== undefined && pHolm < SIGNIFICANT;

/** One part of a report: a table of texts, a header first, that says which cells are the best of their columns. */
export interface Texts {
  readonly rows: readonly (readonly string[])[];
  readonly best: (row: number, column: number) => boolean;
}

const ACCURACY = 'accuracy in %, mean ± 95 % CI';
const NOTHING = '–';

/** The accuracies, and the differences to the baseline where there is one. */
export function tableTexts(table: ResultTable): Texts[] {
  const accuracies = texts(table, ACCURACY, ({ accuracy }) => plusMinus(accuracy));
  const { baseline } = table;
  if (baseline === undefined) return [accuracies];
  const compared = table.rows.filter(({ results }) =>
    Object.values(results).some(({ versusBaseline }) => versusBaseline !== undefined),
  );
  if (compared.length === 0) return [accuracies];
  const header = `difference to ${baseline.title} in points`;
  const differences = texts({ ...table, rows: compared }, header, ({ versusBaseline }) =>
    versusBaseline === undefined
      ? ''
      : points(versusBaseline.difference.mean) + (isSignificant(versusBaseline) ? '*' : ''),
  );
  return [accuracies, { ...differences, best: () => false }];
}

function texts(table: ResultTable, header: string, cell: (result: Result) => string): Texts {
  const { columns, rows } = table;
  return {
    rows: [
      [header, ...columns],
      ...rows.map(({ title, results }) => [
        title,
        ...columns.map((column) => (results[column] === undefined ? NOTHING : cell(results[column]))),
      ]),
    ],
    best: (row, column) => row > 0 && column > 0 && rows[row - 1].results[columns[column - 1]]?.best === true,
  };
}

/** What the tables' signs mean, and over how much they were measured. */
export function legend({ rows }: ResultTable): string {
  const results = rows.flatMap((row) => Object.values(row.results));
  const range = (values: readonly number[]) => {
    const [min, max] = [Math.min(...values), Math.max(...values)];
    return min === max ? `${min}` : `${min} to ${max}`;
  };
  if (results.length === 0) return 'No result yet.';
  const seeds = range(results.map((result) => result.seeds.length));
  const folds = range(results.map((result) => result.folds));
  return (
    `Over ${seeds} seed(s) and ${folds} folds. ` +
    '* marks differences with p < 0.05 (paired t test over seeds and folds, Holm-corrected over the rows).'
  );
}
