'use client';

import type { SweepLine } from '@id3/report';
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { Chart } from './chart.tsx';
import { Legend } from './legend.tsx';
import { seriesStyle } from './series.ts';

/** Accuracy over the values of a config field: of every benchmark a line with its 95 % band. */
export function SweepChart({ field, numeric, columns, points }: SweepLine) {
  const data = points.map(({ x, cells }) => ({
    x,
    ...Object.fromEntries(
      cells.flatMap((cell, k) =>
        cell === null
          ? []
          : [
              [`mean${k}`, cell.mean],
              [`band${k}`, [cell.low, cell.high]],
            ],
      ),
    ),
  }));
  const styles = columns.map((_, k) => ({
    colour: seriesStyle(k).colour,
    dash: DASHES[k % DASHES.length],
  }));
  return (
    <div>
      <Chart
        title={`Accuracy by ${field}`}
        summary={`accuracy in % of ${columns.join(', ')} at ${field} of ${points.map(({ x }) => x).join(', ')}`}
        height={320}
        table={{
          columns: [field, ...columns],
          rows: points.map(({ x, cells }) => [x, ...cells.map((cell) => cell?.text ?? '–')]),
        }}
      >
        <ResponsiveContainer>
          <ComposedChart data={data} margin={{ top: 8, right: 16, bottom: 16, left: 0 }}>
            <CartesianGrid vertical={false} />
            <XAxis
              dataKey="x"
              type={numeric ? 'number' : 'category'}
              domain={['dataMin', 'dataMax']}
              padding={{ left: 20, right: 20 }}
              label={{ value: field, position: 'insideBottom', offset: -10 }}
            />
            <YAxis unit=" %" width={56} domain={['auto', 'auto']} />
            <Tooltip
              isAnimationActive={false}
              content={({ payload, label }) => (
                <div className="hint number">
                  {field} = {String(label)}
                  {payload
                    ?.filter(({ dataKey }) => String(dataKey).startsWith('mean'))
                    .map(({ dataKey, value }) => (
                      <div key={String(dataKey)}>
                        {columns[Number(String(dataKey).slice(4))]} {Number(value).toFixed(2)} %
                      </div>
                    ))}
                </div>
              )}
            />
            {columns.map((column, k) => (
              <Area
                key={column}
                dataKey={`band${k}`}
                stroke="none"
                fill={styles[k].colour}
                fillOpacity={0.1}
                isAnimationActive={false}
                activeDot={false}
              />
            ))}
            {columns.map((column, k) => (
              <Line
                key={column}
                dataKey={`mean${k}`}
                name={column}
                stroke={styles[k].colour}
                strokeDasharray={styles[k].dash}
                strokeWidth={2}
                dot={{ r: 3 }}
                isAnimationActive={false}
              />
            ))}
          </ComposedChart>
        </ResponsiveContainer>
      </Chart>
      <Legend lines={columns.map((title, k) => ({ title, ...styles[k] }))} />
    </div>
  );
}

const DASHES = [undefined, '6 3', '2 2', '8 2 2 2'];
