import type { Interval } from '@id3/eval';
import { MEASURES_LEGEND, measureTexts, type MeasuredRow } from './measures.ts';
import type { Result, ResultTable } from './results.ts';

/** A difference this improbable under "no difference", after Holm's correction, is marked. */
const SIGNIFICANT = 0.05;

const percent = (share: number): string => (100 * share).toFixed(2);

const plusMinus = ({ mean, halfWidth }: Interval): string =>
  halfWidth === undefined ? percent(mean) : `${percent(mean)} ± ${percent(halfWidth)}`;

const signed = (share: number): string => `${share < 0 ? '−' : '+'}${percent(Math.abs(share))}`;

function difference({ versusFull }: Result): string {
  if (versusFull === undefined) return '';
  const { difference, pHolm } = versusFull;
  return signed(difference.mean) + (pHolm !== undefined && pHolm < SIGNIFICANT ? '*' : '');
}

/** The table as rows of text, a header first: accuracies, or differences to the full row. */
function texts(table: ResultTable, header: string, cell: (result: Result) => string): string[][] {
  return [
    [header, ...table.columns],
    ...table.rows.map(({ title, results }) => [title, ...table.columns.map((c) => cell(results[c]))]),
  ];
}

const compared = (table: ResultTable): ResultTable => ({
  ...table,
  rows: table.rows.filter(({ results }) => results[table.columns[0]].versusFull !== undefined),
});

const ACCURACY = 'accuracy in %, mean ± 95 % CI';
const DIFFERENCE = 'difference to ID³ in points';
const legend = (table: ResultTable): string => {
  const { seeds, folds } = table.rows[0].results[table.columns[0]];
  return (
    `Over ${seeds} seed(s) and ${folds} folds. ` +
    '* marks differences with p < 0.05 (paired t test over seeds and folds, Holm-corrected over the rows).'
  );
};

function tables(table: ResultTable): string[][][] {
  const differences = compared(table);
  return [
    texts(table, ACCURACY, ({ accuracy }) => plusMinus(accuracy)),
    ...(differences.rows.length > 0 ? [texts(differences, DIFFERENCE, difference)] : []),
  ];
}

/** Rows of text, a header first, in columns for a terminal. */
function aligned(rows: string[][]): string {
  const widths = rows[0].map((_, k) => Math.max(...rows.map((row) => row[k].length)));
  const line = (row: string[]) =>
    row
      .map((text, k) => (k === 0 ? text.padEnd(widths[k]) : text.padStart(widths[k])))
      .join('  ')
      .trimEnd();
  return [
    line(rows[0]),
    '─'.repeat(widths.reduce((sum, w) => sum + w + 2, -2)),
    ...rows.slice(1).map(line),
  ].join('\n');
}

function markdown([header, ...rows]: string[][]): string {
  const line = (row: string[]) => `| ${row.join(' | ')} |`;
  return [line(header), line(header.map((_, k) => (k === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

const report = (table: ResultTable, measured: readonly MeasuredRow[], layout: (rows: string[][]) => string) =>
  [...tables(table).map(layout), legend(table), layout(measureTexts(measured)), MEASURES_LEGEND].join('\n\n');

/** The results and the dataset measures in columns for a terminal. */
export const terminalReport = (table: ResultTable, measured: readonly MeasuredRow[]): string =>
  report(table, measured, aligned);

/** The results and the dataset measures in Markdown. */
export const markdownReport = (table: ResultTable, measured: readonly MeasuredRow[]): string =>
  `${report(table, measured, markdown)}\n`;

/** Every number of the table, unrounded, one line for each variant and benchmark. Accuracies are shares. */
export function csvTable(table: ResultTable): string {
  const header = 'variant,benchmark,seeds,folds,accuracy,ci95,difference_to_full,difference_ci95,p,p_holm';
  const lines = table.rows.flatMap(({ name, results }) =>
    table.columns.map((column) => {
      const { accuracy, seeds, folds, versusFull } = results[column];
      const { difference, p, pHolm } = versusFull ?? {};
      return [
        name,
        column,
        seeds,
        folds,
        accuracy.mean,
        accuracy.halfWidth,
        difference?.mean,
        difference?.halfWidth,
        p,
        pHolm,
      ].join(',');
    }),
  );
  return [header, ...lines, ''].join('\n');
}
