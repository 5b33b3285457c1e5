'use client';

import { useRef, type ReactNode } from 'react';
import { savePng, saveSvg } from './save.ts';

/** A chart's numbers as a table, for those who read rather than look. */
export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** How a chart's picture can be kept. */
const SAVE = { SVG: saveSvg, PNG: savePng };

/**
 * A chart with its title, its numbers as a table, and its picture to keep. `children` is one recharts chart
 * in a ResponsiveContainer; `summary` says in a sentence what it shows, for a screen reader.
 */
export function Chart(props: {
  title: string;
  summary: string;
  table?: ChartTable;
  /** What the plot cannot show, below it. */
  remark?: string | undefined;
  /** Height of the plot in pixels. */
  height: number;
  children: ReactNode;
}) {
  const { title, summary, table, remark, height, children } = props;
  const plot = useRef<HTMLDivElement>(null);
  const name = title.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return (
    <figure className="chart">
      <figcaption>
        <h3>{title}</h3>
        <span className="tools">
          {Object.entries(SAVE).map(([format, save]) => (
            <button
              key={format}
              type="button"
              onClick={() => save(plot.current!, name)}
              aria-label={`Save ${title} as ${format}`}
            >
              {format}
            </button>
          ))}
        </span>
      </figcaption>
      <div className="plot" ref={plot} role="img" aria-label={`${title}: ${summary}`} style={{ height }}>
        {children}
      </div>
      {remark !== undefined && <p className="quiet">{remark}.</p>}
      {table !== undefined && <AsTable title={title} table={table} />}
    </figure>
  );
}

function AsTable({ title, table: { columns, rows } }: { title: string; table: ChartTable }) {
  return (
    <details className="as-table">
      <summary className="quiet">As a table</summary>
      <div className="scroll">
        <table>
          <caption className="visually-hidden">{title}</caption>
          <thead>
            <tr>
              {columns.map((column, k) => (
                <th key={column} scope="col" className={k > 0 ? 'number' : undefined}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, r) => (
              <tr key={r}>
                {row.map((cell, k) =>
                  k === 0 ? (
                    <th key={k} scope="row">
                      {cell}
                    </th>
                  ) : (
                    <td key={k} className="number">
                      {cell}
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
