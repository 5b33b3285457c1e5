import Link from 'next/link';
import { Lines, type LineSeries } from '../../charts/lines.tsx';
import { ConfigTable } from '../../components/compare/config-table.tsx';
import { MAX_RUNS } from '../../components/compare/limits.ts';
import { FoldTable } from '../../components/compare/fold-table.tsx';
import { RunPicker } from '../../components/compare/run-picker.tsx';
import { QuerySelect } from '../../components/query-select.tsx';
import { FaceGrid } from '../../components/samples/face-grid.tsx';
import { identityRows, predictable } from '../../components/samples/rows.ts';
import {
  comparedRuns,
  configDifferences,
  configOf,
  datasetsOf,
  foldAccuracies,
  logRoc,
  metricPoints,
  scoreCurvesOf,
  sharedMetrics,
  suggestedRuns,
  type ScoreCurves,
} from '../../server/compare.ts';
import { readInspection } from '../../server/inspections.ts';
import { page } from '../../server/page.tsx';
import { About } from '../../components/about/about.tsx';

export const metadata = { title: 'Compare' };

/** The ROC's axis begins here; fewer than ten thousand pairs of two people cannot show less. */
const LOWEST_FAR = 1e-3;
const IDENTITIES = 4;
const DATASETS = 4;

/** A run that was verified on the benchmark, the k-th of those compared. */
interface VerifiedRun extends ScoreCurves {
  readonly title: string;
  readonly k: number;
}

export default page(({ db, search }) => {
  const runs = comparedRuns(db, search.runs);
  const suggested = suggestedRuns(db).map(({ id, name }) => ({ id, name }));
  const chosen = runs.map(({ id, run }) => ({ id, name: run.name }));
  const picker = <RunPicker suggested={suggested} chosen={chosen} />;
  if (runs.length < 2)
    return (
      <div className="page">
        <header>
          <h1>Compare</h1>
          <div className="controls">{picker}</div>
        </header>
        <About view="compare" />
        <p className="quiet prose">
          Choose 2 to {MAX_RUNS} runs here, or tick them in <Link href="/runs">Runs</Link>. Their configs,
          curves, folds and faces are then set side by side.
        </p>
      </div>
    );

  const ids = runs.map(({ id }) => id);
  const metrics = sharedMetrics(db, ids);
  const metric = metrics.find((key) => key === search.metric) ?? metrics[0];
  const curves = runs.map(({ id }) => scoreCurvesOf(db, id));
  const benchmarks = [...new Set(curves.flatMap((byBenchmark) => [...byBenchmark.keys()]))].sort();
  const benchmark = benchmarks.find((name) => name === search.benchmark) ?? benchmarks[0];
  const verified = runs.flatMap(({ title }, k) => {
    const found = benchmark === undefined ? undefined : curves[k].get(benchmark);
    return found === undefined ? [] : [{ title, k, ...found }];
  });
  const folds = benchmark === undefined ? new Map<number, number[]>() : foldAccuracies(db, ids, benchmark);
  const faces = datasetsOf(db, runs)
    .slice(0, DATASETS)
    .map(({ title, path }) => ({ title, inspection: readInspection(db.root, path) }));
  const metricLines = runs
    .map(({ id, title }, k): LineSeries => ({
      title,
      of: k,
      points: metric === undefined ? [] : metricPoints(db, id, metric),
    }))
    .filter(({ points }) => points.length > 0);
  return (
    <div className="page">
      <header>
        <h1>Compare</h1>
        <div className="controls">{picker}</div>
      </header>
      <About view="compare" />
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
            series={metricLines}
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
          <ScoreCharts benchmark={benchmark} verified={verified} />
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

/** The runs' ROC curves over one another, and beside them how their scores lie. */
function ScoreCharts(props: { benchmark: string; verified: readonly VerifiedRun[] }) {
  const { benchmark, verified } = props;
  return (
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
  );
}
