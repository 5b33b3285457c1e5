'use client';

import {
  CartesianGrid,
  Line,
  LineChart,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { Chart } from './chart.tsx';
import { Legend } from './legend.tsx';
import { seriesStyle } from './series.ts';

/** One line; lines of one `of` share a colour, and `dashed` ones are the second of their kind. */
export interface LineSeries {
  readonly title: string;
  readonly of?: number;
  readonly dashed?: boolean;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Axis {
  readonly label: string;
  readonly log?: boolean;
  /** Shares are written as percentages. */
  readonly percent?: boolean;
  readonly domain?: readonly [number, number];
  readonly ticks?: readonly number[];
}

/** Lines over one another, each with its own points, with their legend. */
export function Lines(props: {
  title: string;
  summary: string;
  series: readonly LineSeries[];
  x: Axis;
  y: Axis;
  height?: number;
  /** A vertical line with what it means. */
  mark?: { x: number; label: string };
}) {
  const { title, summary, series, x, y, height = 280, mark } = props;
  const styles = series.map(({ of, dashed }, k) => {
    const style = seriesStyle(of ?? k);
    return { colour: style.colour, dash: dashed ? '5 3' : style.dash };
  });
  return (
    <div className="lines">
      <Chart title={title} summary={summary} height={height} table={tableOf(series, x, y)}>
        <ResponsiveContainer>
          <LineChart margin={{ top: 18, right: 14, bottom: 18, left: 4 }} accessibilityLayer={false}>
            <CartesianGrid vertical={false} />
            <XAxis
              dataKey="x"
              type="number"
              scale={x.log ? 'log' : 'linear'}
              domain={x.domain ? [...x.domain] : ['dataMin', 'dataMax']}
              allowDataOverflow={x.domain !== undefined}
              ticks={x.log && x.domain ? powersWithin(x.domain) : x.ticks && [...x.ticks]}
              tickFormatter={formatter(x)}
              label={{ value: x.label, position: 'insideBottom', offset: -10 }}
            />
            <YAxis
              width={56}
              scale={y.log ? 'log' : 'auto'}
              domain={y.domain ? [...y.domain] : ['auto', 'auto']}
              tickFormatter={formatter(y)}
            />
            <Tooltip
              isAnimationActive={false}
              content={({ active, payload, label }) =>
                active && payload?.length ? (
                  <div className="hint">
                    <div className="quiet">
                      {x.label} {formatter(x)(Number(label))}
                    </div>
                    {payload.map((item, k) => (
                      <div key={k} className="number">
                        {String(item.name)}: {precise(y)(Number(item.value))}
                      </div>
                    ))}
                  </div>
                ) : null
              }
            />
            {mark && (
              <ReferenceLine
                x={mark.x}
                stroke="var(--text)"
                strokeDasharray="2 3"
                label={{ value: mark.label, position: 'top' }}
              />
            )}
            {series.map(({ title: name, points }, k) => (
              <Line
                key={name}
                name={name}
                data={points.map(([px, py]) => ({ x: px, y: py }))}
                dataKey="y"
                type="linear"
                dot={false}
                isAnimationActive={false}
                stroke={styles[k].colour}
                strokeWidth={1.75}
                strokeDasharray={styles[k].dash}
              />
            ))}
          </LineChart>
        </ResponsiveContainer>
      </Chart>
      {series.length > 1 && (
        <Legend lines={series.map(({ title: name }, k) => ({ title: name, ...styles[k] }))} />
      )}
    </div>
  );
}

const formatter =
  ({ percent, log }: Axis) =>
  (value: number): string => {
    if (log)
      return value >= 0.01 && value < 1000 ? String(Number(value.toPrecision(2))) : value.toExponential(0);
    if (percent) return `${Number((100 * value).toPrecision(3))} %`;
    return String(Number(value.toPrecision(3)));
  };
const precise =
  ({ percent }: Axis) =>
  (value: number): string =>
    percent ? `${(100 * value).toFixed(2)} %` : String(Number(value.toPrecision(4)));

/** Powers of ten from `lo` to `hi`. */
function powersWithin([lo, hi]: readonly [number, number]): number[] {
  const powers: number[] = [];
  for (let k = Math.ceil(Math.log10(lo) - 1e-9); 10 ** k <= hi * (1 + 1e-9); k++) powers.push(10 ** k);
  return powers;
}

const TABLE_ROWS = 40;

/** Some forty points of each line: enough to read, not to scroll through. */
function tableOf(series: readonly LineSeries[], x: Axis, y: Axis) {
  return {
    columns: ['Line', x.label, y.label],
    rows: series.flatMap(({ title, points }) => {
      const stride = Math.max(1, Math.ceil(points.length / TABLE_ROWS));
      return points
        .filter((_, k) => k % stride === 0 || k === points.length - 1)
        .map(([px, py]) => [title, String(Number(px.toPrecision(4))), precise(y)(py)]);
    }),
  };
}
