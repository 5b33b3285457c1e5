import { LeaderboardTable } from '../../components/benchmarks/leaderboard-table.tsx';
import { SlicesTable } from '../../components/benchmarks/slices-table.tsx';
import { QuerySelect } from '../../components/query-select.tsx';
import { leaderboards } from '../../server/leaderboard.ts';
import { page } from '../../server/page.tsx';
import { isSliceMeasure, SLICE_MEASURES, sliceTable } from '../../server/slices.ts';
import { About } from '../../components/about/about.tsx';

export const metadata = { title: 'Benchmarks' };

export default page(({ db, search }) => {
  const { rendered, real } = leaderboards(db);
  const experiments = new Map(
    [...rendered.entries, ...real.entries].flatMap(({ ours, detail }) =>
      ours === undefined ? [] : [[String(ours.experimentRun), detail] as const],
    ),
  );
  const [newest] = [...experiments.keys()].sort((a, b) => Number(b) - Number(a));
  const experimentRun = experiments.has(search.experiment ?? '') ? search.experiment : newest;
  const { measure: named = '' } = search;
  const measure = isSliceMeasure(named) ? named : 'accuracy';
  const slices =
    experimentRun === undefined
      ? undefined
      : sliceTable(db, db.root, {
          experimentRun: Number(experimentRun),
          benchmark: search.benchmark,
          measure,
        });
  const benchmark =
    slices?.benchmarks.find((name) => name === search.benchmark) ?? slices?.benchmarks[0] ?? '';
  return (
    <div className="page">
      <header>
        <h1>Benchmarks</h1>
      </header>
      <About view="benchmarks" />
      <section>
        <h2>Rendered faces</h2>
        {rendered.entries.length === 0 ? (
          <p className="quiet">No recogniser has been verified on rendered faces yet.</p>
        ) : (
          <LeaderboardTable board={rendered} caption="Accuracy in percent on rendered benchmarks" />
        )}
      </section>
      {slices !== undefined && slices.rows.length > 0 && (
        <section>
          <h2>By group and gap</h2>
          <div className="controls">
            {experiments.size > 1 && (
              <QuerySelect
                name="experiment"
                label="Experiment"
                value={experimentRun!}
                options={[...experiments].map(([id, name]) => [id, `${name}, run ${id}`] as const)}
              />
            )}
            <QuerySelect name="benchmark" label="Benchmark" value={benchmark} options={slices.benchmarks} />
            <QuerySelect
              name="measure"
              label="Measure"
              value={measure}
              options={Object.entries(SLICE_MEASURES)}
            />
          </div>
          <SlicesTable table={slices} measure={measure} />
        </section>
      )}
      <section>
        <h2>Photographs</h2>
        <LeaderboardTable board={real} caption="Accuracy in percent on the field's benchmarks" />
        <p className="quiet prose">
          Rows that say so were measured here, on the training set beside them. The others are figures that
          others report for recognisers trained on the named set alone; their networks and budgets differ.
          Accuracies on rendered faces say nothing about photographs, so no table mixes the two.
        </p>
      </section>
    </div>
  );
});
