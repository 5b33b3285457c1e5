'use client';

import { CartesianGrid, ResponsiveContainer, Scatter, ScatterChart, Tooltip, XAxis, YAxis } from 'recharts';
import { Chart } from './chart.tsx';

/** Every fold of every benchmark as a dot. */
export function FoldsChart({
  benchmarks,
}: {
  benchmarks: readonly { name: string; folds: readonly number[] }[];
}) {
  const data = benchmarks.flatMap(({ name, folds }) =>
    folds.map((accuracy, fold) => ({ name, fold, accuracy })),
  );
  const maxFolds = Math.max(...benchmarks.map(({ folds }) => folds.length));
  return (
    <Chart
      title="Accuracy of each fold"
      summary={benchmarks
        .map(({ name, folds }) => `${name}: ${folds.map((one) => one.toFixed(1)).join(', ')} %`)
        .join('; ')}
      height={220}
      table={{
        columns: ['Benchmark', ...Array.from({ length: maxFolds }, (_, fold) => `Fold ${fold + 1}`)],
        rows: benchmarks.map(({ name, folds }) => [name, ...folds.map((one) => one.toFixed(2))]),
      }}
    >
      <ResponsiveContainer>
        <ScatterChart margin={{ top: 8, right: 16, bottom: 0, left: 0 }}>
          <CartesianGrid vertical={false} />
          <XAxis
            dataKey="name"
            type="category"
            allowDuplicatedCategory={false}
            interval={0}
            tickFormatter={(name: string) => name.replace('rendered-', '')}
          />
          <YAxis dataKey="accuracy" type="number" unit=" %" width={56} domain={['auto', 'auto']} />
          <Tooltip
            isAnimationActive={false}
            cursor={false}
            content={({ payload }) => {
              const dot: (typeof data)[number] | undefined = payload?.[0]?.payload;
              return dot === undefined ? null : (
                <div className="hint number">
                  {dot.name}, fold {dot.fold + 1}: {dot.accuracy.toFixed(2)} %
                </div>
              );
            }}
          />
          <Scatter data={data} fill="var(--accent)" fillOpacity={0.55} isAnimationActive={false} />
        </ScatterChart>
      </ResponsiveContainer>
    </Chart>
  );
}
