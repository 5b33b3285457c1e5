import { isBound } from '../comparison.ts';
import { percent } from '../formats/texts.ts';
import type { SweepPoint } from '../sweep.ts';
import type { ResultTable } from '../tabulate.ts';

/** A column of a table as a chart of dots with intervals; numbers in %. */
export interface BenchmarkIntervals {
  readonly name: string;
  readonly dots: readonly {
    readonly title: string;
    readonly mean: number;
    readonly halfWidth: number;
    readonly baseline: boolean;
  }[];
  readonly bounds: readonly { readonly name: string; readonly mean: number }[];
}

/** Accuracies in % by the value of a config field, with their 95 % bands. */
export interface SweepLine {
  readonly field: string;
  /** Whether every value is a number. */
  readonly numeric: boolean;
  readonly columns: readonly string[];
  readonly points: readonly {
    readonly x: number | string;
    /** By column. */
    readonly cells: readonly ({ mean: number; low: number; high: number; text: string } | null)[];
  }[];
}

const hundred = (share: number): number => 100 * share;

/** Each column as dots and intervals in %, ceiling and floor apart: they are lines. */
export function intervalsOf({ columns, rows, baseline }: ResultTable): BenchmarkIntervals[] {
  return columns.map((column) => {
    const shown = rows.filter(({ results }) => results[column] !== undefined);
    return {
      name: column,
      dots: shown
        .filter(({ name }) => !isBound(name))
        .map(({ name, title, results }) => {
          const { mean, halfWidth = 0 } = results[column].accuracy;
          return {
            title,
            mean: hundred(mean),
            halfWidth: hundred(halfWidth),
            baseline: name === baseline?.name,
          };
        }),
      bounds: shown
        .filter(({ name }) => isBound(name))
        .map(({ name, results }) => ({ name, mean: hundred(results[column].accuracy.mean) })),
    };
  });
}

/** A sweep as the chart wants it: of every column a line with its band. */
export function sweepOf(
  field: string,
  points: readonly SweepPoint[],
  { columns, rows }: ResultTable,
): SweepLine {
  const numeric = points.every(({ value }) => typeof value === 'number');
  return {
    field,
    numeric,
    columns,
    points: points.map(({ value }, k) => ({
      x: typeof value === 'string' || (numeric && typeof value === 'number') ? value : JSON.stringify(value),
      cells: columns.map((column) => {
        const result = rows[k].results[column];
        if (result === undefined) return null;
        const { mean, halfWidth = 0 } = result.accuracy;
        return {
          mean: hundred(mean),
          low: hundred(mean - halfWidth),
          high: hundred(mean + halfWidth),
          text: percent(mean),
        };
      }),
    })),
  };
}
