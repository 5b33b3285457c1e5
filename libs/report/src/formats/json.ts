import type { ResultTable } from '../tabulate.ts';

/** Every number of the table, unrounded, with the runs that it comes from. Accuracies are shares. */
export function jsonTable({ columns, rows, baseline, endpoints, notes }: ResultTable): string {
  return `${JSON.stringify({ baseline: baseline?.name ?? null, columns, rows, endpoints, notes }, null, 2)}\n`;
}
