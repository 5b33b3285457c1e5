'use client';

import type { BenchmarkIntervals } from '@id3/report';
import { linesOf, rangeOfIntervals } from '@id3/report/layout';
import {
  CartesianGrid,
  ErrorBar,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { Chart } from './chart.tsx';

/** Pixels for titles, and the characters of a line that they hold. */
const LABELS = 160;
const LINE = 24;

type Dot = BenchmarkIntervals['dots'][number];

/** One dot-and-interval chart for each benchmark, all on one scale. */
export function IntervalCharts({ benchmarks }: { benchmarks: readonly BenchmarkIntervals[] }) {
  const scale = rangeOfIntervals(benchmarks);
  return (
    <div className="columns">
      {benchmarks.map((benchmark) => (
        <IntervalChart key={benchmark.name} {...benchmark} scale={scale} />
      ))}
    </div>
  );
}

function IntervalChart({ name, dots, bounds, scale }: BenchmarkIntervals & { scale: [number, number] }) {
  const [from, to] = scale;
  const data = dots.map((dot) => {
    const { mean, halfWidth } = dot;
    // What lies beyond the scale would be drawn over the titles.
    return { ...dot, y: dot.title, seen: [Math.min(halfWidth, mean - from), Math.min(halfWidth, to - mean)] };
  });
  const mean = ({ mean, halfWidth }: Dot) => `${mean.toFixed(2)} ± ${halfWidth.toFixed(2)}`;
  return (
    <Chart
      title={name}
      summary={`accuracy in %: ${[...dots.map((dot) => `${dot.title} ${mean(dot)}`), ...bounds.map((bound) => `${bound.name} ${bound.mean.toFixed(2)}`)].join('; ')}`}
      height={78 + 32 * dots.length}
      table={{
        columns: ['Variant', 'Accuracy in %', '± 95 % CI'],
        rows: [
          ...dots.map(({ title, mean, halfWidth }) => [title, mean.toFixed(2), halfWidth.toFixed(2)]),
          ...bounds.map((bound) => [bound.name, bound.mean.toFixed(2), '']),
        ],
      }}
    >
      <ResponsiveContainer>
        <ScatterChart margin={{ top: 32, right: 12, bottom: 0, left: 0 }}>
          <CartesianGrid horizontal={false} />
          <XAxis type="number" dataKey="mean" domain={scale} tickCount={6} unit=" %" allowDataOverflow />
          <YAxis
            type="category"
            dataKey="y"
            // In the order of the table, from above.
            reversed
            width={LABELS}
            tickLine={false}
            axisLine={false}
            interval={0}
            allowDuplicatedCategory={false}
            tick={<RowLabel />}
          />
          <Tooltip cursor={false} content={<Hint />} isAnimationActive={false} />
          {bounds.map((bound, k) => (
            <ReferenceLine
              key={bound.name}
              x={bound.mean}
              stroke="var(--line-strong)"
              strokeDasharray={k === 0 ? '5 3' : '1.5 2.5'}
              label={{
                value: bound.name,
                position: 'top',
                // Each on a line of its own: the two may lie close together.
                offset: 5 + 13 * k,
                fontSize: 11,
                fill: 'var(--quiet)',
              }}
            />
          ))}
          {[true, false].map((baseline) => (
            <Scatter
              key={String(baseline)}
              data={data.filter((dot) => dot.baseline === baseline)}
              fill={baseline ? 'var(--accent)' : 'var(--background)'}
              stroke={baseline ? 'var(--accent)' : 'var(--text)'}
              strokeWidth={1.5}
              isAnimationActive={false}
            >
              <ErrorBar
                dataKey="seen"
                direction="x"
                width={0}
                stroke={baseline ? 'var(--accent)' : 'var(--text)'}
                strokeWidth={1.5}
                isAnimationActive={false}
              />
            </Scatter>
          ))}
        </ScatterChart>
      </ResponsiveContainer>
    </Chart>
  );
}

/** A row's title in as many lines as its column needs; the plot leaves room for two. */
function RowLabel({ x = 0, y = 0, payload }: { x?: number; y?: number; payload?: { value: string } }) {
  const title = payload?.value ?? '';
  const lines = linesOf(title, LINE);
  return (
    <text x={x} y={y} textAnchor="end" className="recharts-text">
      <title>{title}</title>
      {lines.map((line, k) => (
        <tspan key={k} x={x} dy={k === 0 ? `${0.32 - 0.55 * (lines.length - 1)}em` : '1.1em'}>
          {line}
        </tspan>
      ))}
    </text>
  );
}

function Hint({ payload }: { payload?: readonly { payload: Dot }[] }) {
  const dot = payload?.[0]?.payload;
  if (dot === undefined) return null;
  return (
    <div className="hint">
      {dot.title}
      <br />
      <span className="number">
        {dot.mean.toFixed(2)} ± {dot.halfWidth.toFixed(2)} %
      </span>
    </div>
  );
}
