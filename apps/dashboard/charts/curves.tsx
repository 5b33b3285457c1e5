'use client';

import { useEffect, useMemo, useState } from 'react';
import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { number } from '../components/format.ts';
import { useQuery } from '../components/use-query.ts';
import type { Curve, SeriesAnswer } from '../server/series.ts';
import { Chart } from './chart.tsx';
import { smooth } from './smooth.ts';

/**
 * The curves of a run's metrics, each in its chart. Smoothing, scale and axis are in the URL; pointing at one chart points at
 * all of them. `live` changes when the run has logged more.
 */
export function MetricCurves(props: {
  run: number;
  keys: readonly string[];
  startedAt: number;
  live: string;
}) {
  const { run, keys, startedAt, live } = props;
  const [query, change] = useQuery();
  const curves = useCurves(run, keys, live);
  const smoothing = Math.min(0.99, Math.max(0, Number(query.get('smooth') ?? 0) || 0));
  const log = query.get('scale') === 'log';
  const byTime = query.get('x') === 'time';
  return (
    <section>
      <div className="controls">
        <h2>Curves</h2>
        <label>
          Smoothing
          <input
            type="range"
            min="0"
            max="0.99"
            step="0.01"
            defaultValue={smoothing}
            onChange={(event) =>
              change({ smooth: event.target.value === '0' ? undefined : event.target.value })
            }
          />
          <span className="number">{smoothing.toFixed(2)}</span>
        </label>
        <label>
          <input
            type="checkbox"
            checked={log}
            onChange={(event) => change({ scale: event.target.checked ? 'log' : undefined })}
          />
          Log scale
        </label>
        <span className="segments" role="group" aria-label="Horizontal axis">
          <button type="button" aria-pressed={!byTime} onClick={() => change({ x: undefined })}>
            Step
          </button>
          <button type="button" aria-pressed={byTime} onClick={() => change({ x: 'time' })}>
            Time
          </button>
        </span>
      </div>
      <div className="columns">
        {keys.map((key) => (
          <CurveChart
            key={key}
            name={key}
            curve={curves.get(key)}
            {...{ smoothing, log, byTime, startedAt }}
          />
        ))}
      </div>
    </section>
  );
}

function CurveChart(props: {
  name: string;
  curve: Curve | undefined;
  smoothing: number;
  log: boolean;
  byTime: boolean;
  startedAt: number;
}) {
  const { name, curve = [], smoothing, log, byTime, startedAt } = props;
  const data = useMemo(() => {
    const smoothed = smooth(
      curve.map(([, value]) => value),
      smoothing,
    );
    return curve.map(([step, value, time], k) => ({
      x: byTime ? (time - startedAt) / 1000 : step,
      // A logarithm has no place for what is not positive.
      raw: log && value <= 0 ? null : value,
      smoothed: log && smoothed[k] <= 0 ? null : smoothed[k],
    }));
  }, [curve, smoothing, log, byTime, startedAt]);
  const last = curve.at(-1);
  const sampled = curve.filter((_, k) => k % Math.ceil(curve.length / 20) === 0 || k === curve.length - 1);
  return (
    <Chart
      title={name}
      summary={
        last === undefined
          ? 'loading'
          : `from ${number(curve[0][1])} to ${number(last[1])} at step ${last[0]}`
      }
      height={200}
      table={{ columns: ['Step', name], rows: sampled.map(([step, value]) => [step, number(value)]) }}
    >
      {curve.length > 0 && (
        <ResponsiveContainer>
          <LineChart
            data={data}
            syncId="curves"
            syncMethod="value"
            margin={{ top: 8, right: 12, bottom: 0, left: 0 }}
          >
            <CartesianGrid vertical={false} />
            <XAxis
              dataKey="x"
              type="number"
              domain={['dataMin', 'dataMax']}
              tickCount={6}
              unit={byTime ? ' s' : ''}
            />
            <YAxis
              width={64}
              scale={log ? 'log' : 'linear'}
              domain={['auto', 'auto']}
              allowDataOverflow={log}
              tickFormatter={(value: number) => String(Number(value.toPrecision(3)))}
            />
            <Tooltip
              isAnimationActive={false}
              content={({ payload, label }) => (
                <div className="hint number">
                  {byTime ? `${Number(label).toFixed(1)} s` : `step ${label}`}:{' '}
                  {payload?.[0]?.value === undefined ? '–' : number(Number(payload[0].value))}
                </div>
              )}
            />
            <Line
              dataKey="raw"
              stroke="var(--accent)"
              strokeOpacity={smoothing > 0 ? 0.25 : 1}
              strokeWidth={1.5}
              dot={false}
              isAnimationActive={false}
            />
            {smoothing > 0 && (
              <Line
                dataKey="smoothed"
                stroke="var(--accent)"
                strokeWidth={1.75}
                dot={false}
                activeDot={false}
                isAnimationActive={false}
              />
            )}
          </LineChart>
        </ResponsiveContainer>
      )}
    </Chart>
  );
}

/** The curves, asked for again when `live` changes; what is shown stays until its successor is there. */
function useCurves(run: number, keys: readonly string[], live: string): ReadonlyMap<string, Curve> {
  const [curves, setCurves] = useState<ReadonlyMap<string, Curve>>(new Map());
  const joined = keys.map(encodeURIComponent).join(',');
  useEffect(() => {
    const abort = new AbortController();
    const load = async () => {
      const response = await fetch(`/api/series?runs=${run}&keys=${joined}&points=400`, {
        signal: abort.signal,
      });
      const { series = [] }: Partial<SeriesAnswer> = await response.json();
      setCurves(new Map(series.map(({ key, points }) => [key, points])));
    };
    void load().catch(() => undefined);
    return () => abort.abort();
  }, [run, joined, live]);
  return curves;
}
