'use client';

import { CartesianGrid, Line, LineChart, ReferenceLine, ResponsiveContainer, XAxis, YAxis } from 'recharts';
import { Chart } from '../../charts/chart.tsx';
import { seriesStyle } from '../../charts/series.ts';

export interface DistributionSeries {
  readonly title: string;
  readonly within: readonly { readonly cosine: number; readonly share: number }[];
  readonly between: readonly { readonly cosine: number; readonly share: number }[];
}

/** Two curves a dataset: solid within identities, dashed between them. */
export function DistributionChart({
  series,
  threshold,
}: {
  series: readonly DistributionSeries[];
  threshold: number;
}) {
  const cosines = series[0].within.map(({ cosine }) => cosine);
  const rows = cosines.map((cosine, k) => ({
    cosine,
    ...Object.fromEntries(
      series.flatMap(({ within, between }, s) => [
        [`within${s}`, within[k].share],
        [`between${s}`, between[k].share],
      ]),
    ),
  }));
  return (
    <>
      <Chart
        title="Distribution of cosines"
        summary={`Share of pairs of images by the cosine of their embeddings, within and between the identities of ${series.map(({ title }) => title).join(', ')}.`}
        height={280}
        table={{
          columns: ['Cosine', ...series.flatMap(({ title }) => [`${title}, within`, `${title}, between`])],
          rows: cosines.map((cosine, k) => [
            cosine.toFixed(2),
            ...series.flatMap(({ within, between }) => [
              within[k].share.toFixed(4),
              between[k].share.toFixed(4),
            ]),
          ]),
        }}
      >
        <ResponsiveContainer>
          <LineChart
            data={rows}
            margin={{ top: 18, right: 12, bottom: 18, left: 0 }}
            accessibilityLayer={false}
          >
            <CartesianGrid vertical={false} />
            <XAxis
              dataKey="cosine"
              type="number"
              domain={['dataMin', 'dataMax']}
              tickCount={9}
              tickFormatter={(value: number) => value.toFixed(1)}
              label={{ value: 'cosine', position: 'insideBottom', offset: -10 }}
            />
            <YAxis width={52} tickFormatter={(value: number) => `${(100 * value).toFixed(0)} %`} />
            <ReferenceLine
              x={threshold}
              stroke="var(--text)"
              strokeDasharray="2 3"
              label={{ value: `threshold ${threshold.toFixed(2)}`, position: 'top' }}
            />
            {series.flatMap((_, s) =>
              (['within', 'between'] as const).map((kind) => (
                <Line
                  key={`${kind}${s}`}
                  dataKey={`${kind}${s}`}
                  type="linear"
                  dot={false}
                  isAnimationActive={false}
                  stroke={seriesStyle(s).colour}
                  strokeWidth={1.75}
                  strokeDasharray={kind === 'between' ? '5 3' : undefined}
                />
              )),
            )}
          </LineChart>
        </ResponsiveContainer>
      </Chart>
      <ul className="legend">
        {series.map(({ title }, s) => (
          <li key={title}>
            <svg width="20" height="10" aria-hidden="true">
              <path d="M0 5H20" stroke={seriesStyle(s).colour} strokeWidth="2" />
            </svg>
            {title}
          </li>
        ))}
        <li className="quiet">solid: within an identity</li>
        <li className="quiet">dashed: between two</li>
      </ul>
    </>
  );
}
