import { FORMATS, intervalsOf, legend, sweepOf } from '@id3/report';
import Link from 'next/link';
import { Differences } from '../../components/ablation/differences.tsx';
import { FactorialTables } from '../../components/ablation/factorial.tsx';
import { AblationControls } from '../../components/ablation/controls.tsx';
import { Matrix } from '../../components/ablation/matrix.tsx';
import { IntervalCharts } from '../../charts/intervals.tsx';
import { SweepChart } from '../../charts/sweep.tsx';
import { readAblation } from '../../server/ablation.ts';
import { page } from '../../server/page.tsx';
import { About } from '../../components/about/about.tsx';

export const metadata = { title: 'Ablation' };

export default page(({ db, search }) => {
  const view = readAblation(db, search);
  if (view === undefined)
    return (
      <section className="problem">
        <h1>No comparison yet</h1>
        <p>
          No run here compares variants. <code>npx nx run experiments:ablation</code> runs the method and its
          variants. <Link href="/runs">All runs</Link>
        </p>
      </section>
    );
  const { table, grouped, experiment, run, problem } = view;
  const title = table.baseline?.title ?? 'the baseline';
  return (
    <div className="page">
      <header>
        <h1>What matters: {experiment}</h1>
        <Link href={`/runs/${run}`}>Run {run}</Link>
      </header>
      <About view="ablation" />
      <AblationControls
        {...view}
        rows={table.rows.map(({ name, title }) => ({ name, title }))}
        formats={Object.entries(FORMATS).map(([name, { title }]) => ({ name, title }))}
      />
      {problem !== undefined && (
        <p className="wrong" role="alert">
          {problem}
        </p>
      )}
      <section aria-labelledby="matrix">
        <h2 id="matrix" className="visually-hidden">
          Accuracy of each variant on each benchmark
        </h2>
        <Matrix table={table} chosen={search.column} />
        <p className="quiet small">
          Each cell: accuracy in %, ± its 95 % confidence interval, and below it the difference to {title} in
          points, ± its own. Bold: the best of the column. {legend(table)}
        </p>
      </section>
      <FactorialTables endpoints={table.endpoints} />
      {grouped !== undefined && (
        <section aria-labelledby="sweep">
          <h2 id="sweep">By {grouped.field}</h2>
          {grouped.points.length < 2 ? (
            <p className="quiet">No variant here changes {grouped.field}; choose another field.</p>
          ) : (
            <SweepChart {...sweepOf(grouped.field, grouped.points, grouped.table)} />
          )}
          {grouped.points.some(({ alsoChanged }) => alsoChanged.length > 0) && (
            <Differences points={grouped.points} field={grouped.field} />
          )}
        </section>
      )}
      <section aria-labelledby="intervals">
        <h2 id="intervals">Each benchmark</h2>
        <IntervalCharts benchmarks={intervalsOf(table)} />
      </section>
    </div>
  );
});
