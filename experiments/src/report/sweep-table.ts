import { csvLine, type ResultTable } from '@id3/report';
import type { Panel } from '../pictures/curves.ts';
import { valueText, type SweepVariant } from '../sweeps.ts';

/** The points of a sweep, in the order of the table's rows. */
export interface SweepPoints {
  readonly field: string;
  readonly variants: readonly SweepVariant[];
}

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** A panel for each column of the table, its primary ones first: accuracy over the values, a line for each row. */
export function sweepPanels(table: ResultTable, { variants }: SweepPoints): Panel[] {
  const primary = table.endpoints.map(({ column }) => column);
  const ticks = distinct(variants.map(({ value }) => valueText(value)));
  return distinct([...primary, ...table.columns]).map((column) => ({
    title: column,
    ticks,
    lines: rowsOf(variants).map((row) =>
      ticks.map((tick) => {
        const variant = variants.find((one) => one.row === row && valueText(one.value) === tick);
        return table.rows.find(({ name }) => name === variant?.name)?.results[column]?.accuracy;
      }),
    ),
  }));
}

const rowsOf = (variants: readonly SweepVariant[]): SweepVariant['row'][] =>
  distinct(variants.map(({ row }) => row));

/** What the lines are of. */
export const sweepTitles = (variants: readonly SweepVariant[]): string[] =>
  rowsOf(variants).map(({ title }) => title);

const HEADER = 'field,value,row,column,accuracy,ci95,runs';

/** Every number, unrounded, one line for each point and column (RFC 4180). Accuracies are shares. */
export function sweepCsv(table: ResultTable, { field, variants }: SweepPoints): string {
  const lines = variants.flatMap((variant) => {
    const results = table.rows.find(({ name }) => name === variant.name)?.results ?? {};
    return Object.entries(results).map(([column, { accuracy, runs }]) =>
      csvLine([
        field,
        valueText(variant.value),
        variant.row.name,
        column,
        accuracy.mean,
        accuracy.halfWidth,
        runs.join(' '),
      ]),
    );
  });
  return [HEADER, ...lines, ''].join('\n');
}
