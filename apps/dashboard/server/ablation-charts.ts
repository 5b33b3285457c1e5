import { isBound, percent, type ResultTable, type SweepPoint } from '@id3/report';
import type { BenchmarkIntervals } from '../charts/intervals.tsx';
import type { SweepChartProps } from '../charts/sweep.tsx';

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
): SweepChartProps {
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
