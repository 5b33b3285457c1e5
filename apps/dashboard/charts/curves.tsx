'use client';

import { useEffect, useMemo, useState } from 'react';
import {
  CartesianGrid,
  Line,
  LineChart,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { number } from '../components/format.ts';
import { useQuery } from '../components/use-query.ts';
import type { SeriesAnswer } from '../server/series.ts';
import { Chart } from './chart.tsx';
import { smooth } from './smooth.ts';

/** A metric's curve as `/api/series` sends it. */
type Sent = Pick<SeriesAnswer['series'][number], 'points' | 'steps' | 'notFinite'>;
const NOTHING: Sent = { points: [], steps: 0, notFinite: 0 };

/**
 * The curves of a run's metrics, each in its chart. Smoothing, scale and axis are in the URL; pointing at one chart points at
 * all of them. `live` changes when the run has logged more.
 */
export function MetricCurves(props: {
  run: number;
  keys: readonly string[];
  /** Metrics of the process that computes it, shown beside the others. */
  system: readonly string[];
  startedAt: number;
  live: string;
}) {
  const { run, keys, system, startedAt, live } = props;
  const [query, change] = useQuery();
  const curves = useCurves(run, [...keys, ...system], live);
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
            sent={curves.get(key)}
            {...{ smoothing, log, byTime, startedAt }}
          />
        ))}
      </div>
      {system.length > 0 && (
        <>
          <h3>Its process, every two seconds</h3>
          <div className="columns">
            {system.map((key) => (
              <CurveChart
                key={key}
                name={SYSTEM_TITLES[key] ?? key}
                sent={curves.get(key)}
                smoothing={0}
                log={false}
                {...{ byTime, startedAt }}
              />
            ))}
          </div>
        </>
      )}
    </section>
  );
}

/** What a person calls the metrics of a process. */
const SYSTEM_TITLES: Readonly<Record<string, string>> = {
  'system.cpuCores': 'CPU: cores in use',
  'system.memoryMB': 'resident memory, MB',
  'system.engineShare': 'share of time in the engine; the rest is waiting',
  'system.gpuShare': 'GPU: share of time in use',
  'system.gpuMemoryMB': 'GPU: memory in use, MB',
};

function CurveChart(props: {
  name: string;
  sent: Sent | undefined;
  smoothing: number;
  log: boolean;
  byTime: boolean;
  startedAt: number;
}) {
  const { name, sent = NOTHING, smoothing, log, byTime, startedAt } = props;
  const { points, steps, notFinite } = sent;
  const data = useMemo(() => {
    const smoothed = smooth(
      points.flatMap(([, value]) => (value === null ? [] : [value])),
      smoothing,
    ).values();
    // A logarithm has no place for what is not positive.
    const placed = (value: number) => (log && value <= 0 ? null : value);
    return points.map(([step, value, time]) => ({
      x: byTime ? (time - startedAt) / 1000 : step,
      gap: value === null,
      raw: value === null ? null : placed(value),
      smoothed: value === null ? null : placed(smoothed.next().value!),
    }));
  }, [points, smoothing, log, byTime, startedAt]);
  const curve = points.flatMap(([step, value]) => (value === null ? [] : [[step, value] as const]));
  const last = curve.at(-1);
  const remark = notFinite > 0 ? `${notFinite} of ${steps} values are NaN or infinite` : undefined;
  const sampled = curve.filter((_, k) => k % Math.ceil(curve.length / 20) === 0 || k === curve.length - 1);
  return (
    <Chart
      title={name}
      summary={
        last === undefined
          ? (remark ?? 'loading')
          : `from ${number(curve[0][1])} to ${number(last[1])} at step ${last[0]}${remark ? `; ${remark}` : ''}`
      }
      height={200}
      remark={remark}
      table={{ columns: ['Step', name], rows: sampled.map(([step, value]) => [step, number(value)]) }}
    >
      {curve.length === 0 && remark !== undefined && (
        <p className="no-curve quiet">No finite value to draw</p>
      )}
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
            {gapsOf(data).map(([from, to]) => (
              <ReferenceArea key={from} x1={from} x2={to} fill="var(--failed)" fillOpacity={0.1} />
            ))}
            {gapsOf(data).map(([from]) => (
              <ReferenceLine key={from} x={from} stroke="var(--failed)" strokeDasharray="2 3" />
            ))}
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

/** Where a curve has no finite value: the first and the last place of each gap. */
function gapsOf(
  data: readonly { readonly x: number; readonly gap: boolean }[],
): [from: number, to: number][] {
  const gaps: [number, number][] = [];
  data.forEach(({ x, gap }, k) => {
    if (!gap) return;
    if (k === 0 || !data[k - 1].gap) gaps.push([x, x]);
    else gaps[gaps.length - 1][1] = x;
  });
  return gaps;
}

/** The curves, asked for again when `live` changes; what is shown stays until its successor is there. */
function useCurves(run: number, keys: readonly string[], live: string): ReadonlyMap<string, Sent> {
  const [curves, setCurves] = useState<ReadonlyMap<string, Sent>>(new Map());
  const joined = keys.map((key) => `&key=${encodeURIComponent(key)}`).join('');
  useEffect(() => {
    const abort = new AbortController();
    const load = async () => {
      const response = await fetch(`/api/series?runs=${run}${joined}&points=400`, {
        signal: abort.signal,
      });
      const { series = [] }: Partial<SeriesAnswer> = await response.json();
      setCurves(new Map(series.map((sent) => [sent.key, sent])));
    };
    void load().catch(() => undefined);
    return () => abort.abort();
  }, [run, joined, live]);
  return curves;
}
