import Link from 'next/link';
import { Lines, type LineSeries } from '../../charts/lines.tsx';
import { ConfigTable } from '../../components/compare/config-table.tsx';
import { FoldTable } from '../../components/compare/fold-table.tsx';
import { RunPicker } from '../../components/compare/run-picker.tsx';
import { QuerySelect } from '../../components/query-select.tsx';
import { FaceGrid } from '../../components/samples/face-grid.tsx';
import { identityRows, predictable } from '../../components/samples/rows.ts';
import {
  comparedRuns,
  configDifferences,
  configOf,
  curvesOf,
  datasetsOf,
  foldAccuracies,
  logRoc,
  metricPoints,
  sharedMetrics,
  suggestedRuns,
} from '../../server/compare.ts';
import { readInspection } from '../../server/inspections.ts';
import { page } from '../../server/page.tsx';

export const metadata = { title: 'Compare' };

/** The ROC's axis begins here; fewer than ten thousand pairs of two people cannot show less. */
const LOWEST_FAR = 1e-3;
const IDENTITIES = 4;
const DATASETS = 4;

export default page(({ db, search }) => {
  const runs = comparedRuns(db, search.runs);
  const suggested = suggestedRuns(db).map(({ id, name, variant }) => ({ id, name, variant }));
  const chosen = runs.map(({ id, run }) => ({ id, name: run.name, variant: run.variant }));
  const picker = <RunPicker suggested={suggested} chosen={chosen} />;
  if (runs.length < 2)
    return (
      <div className="page">
        <header>
          <h1>Compare</h1>
          <div className="controls">{picker}</div>
        </header>
        <p className="quiet prose">
          Choose 2 to 12 runs here or tick them in <Link href="/runs">Runs</Link>: their configs, curves,
          folds and faces are then set beside one another.
        </p>
      </div>
    );

  const ids = runs.map(({ id }) => id);
  const metrics = sharedMetrics(db, ids);
  const metric = metrics.find((key) => key === search.metric) ?? metrics[0];
  const curves = runs.map(({ id }) => curvesOf(db, id));
  const benchmarks = [...new Set(curves.flatMap((byBenchmark) => [...byBenchmark.keys()]))].sort();
  const benchmark = benchmarks.find((name) => name === search.benchmark) ?? benchmarks[0];
  const verified = runs.flatMap(({ title }, k) => {
    const found = benchmark === undefined ? undefined : curves[k].get(benchmark);
    return found === undefined ? [] : [{ title, k, ...found }];
  });
  const folds = benchmark === undefined ? new Map() : foldAccuracies(db, ids, benchmark);
  const faces = datasetsOf(db, runs)
    .slice(0, DATASETS)
    .map(({ title, path }) => ({ title, inspection: readInspection(db.root, path) }));
  const metricLines =
    metric === undefined
      ? []
      : runs.map(({ id, title }, k): LineSeries => ({ title, of: k, points: metricPoints(db, id, metric) }));
  return (
    <div className="page">
      <header>
        <h1>Compare</h1>
        <div className="controls">{picker}</div>
      </header>
      <section>
        <h2>Config differences</h2>
        <ConfigTable runs={runs} differences={configDifferences(runs.map(({ run }) => configOf(db, run)))} />
      </section>
      {metric !== undefined && (
        <section>
          <h2>Metrics</h2>
          <div className="controls">
            <QuerySelect name="metric" label="Metric" value={metric} options={metrics} />
          </div>
          <Lines
            title={metric}
            summary={`${metric} by step of ${runs.length} runs.`}
            series={metricLines.filter(({ points }) => points.length > 0)}
            x={{ label: 'step' }}
            y={{ label: metric }}
          />
        </section>
      )}
      {benchmark !== undefined && (
        <section>
          <h2>Verification</h2>
          <div className="controls">
            <QuerySelect name="benchmark" label="Benchmark" value={benchmark} options={benchmarks} />
          </div>
          <div className="columns pair">
            <Lines
              title="ROC"
              summary={`True accept rate by false accept rate on ${benchmark}.`}
              series={verified.map(({ title, k, roc }) => ({
                title,
                of: k,
                points: logRoc(roc, LOWEST_FAR),
              }))}
              x={{ label: 'false accept rate', log: true, domain: [LOWEST_FAR, 1] }}
              y={{ label: 'true accept rate', percent: true, domain: [0, 1] }}
            />
            <Lines
              title="Scores"
              summary={`Share of genuine and of impostor pairs by cosine on ${benchmark}.`}
              series={verified.flatMap(({ title, k, same, different }): LineSeries[] => [
                { title: `${title}, genuine`, of: k, points: same },
                { title: `${title}, impostor`, of: k, dashed: true, points: different },
              ])}
              x={{ label: 'cosine', domain: [-1, 1], ticks: [-1, -0.5, 0, 0.5, 1] }}
              y={{ label: 'share of pairs', percent: true }}
            />
          </div>
          <h3>Accuracy fold by fold, against the first run</h3>
          <FoldTable runs={runs} folds={folds} />
        </section>
      )}
      {faces.length > 0 && (
        <section>
          <h2>Samples of the same identities</h2>
          <FaceGrid
            rows={identityRows(faces, { order: 'yaw', worstFirst: false, from: 0, count: IDENTITIES })}
            threshold={faces[0].inspection.threshold}
            predictable={predictable(faces[0].inspection)}
            caption="yaw"
          />
        </section>
      )}
    </div>
  );
});
