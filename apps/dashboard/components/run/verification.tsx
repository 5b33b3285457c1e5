import type { getVerificationFolds, getVerificationSummaries } from '@id3/tracking';
import { crossedInterval, percent, plusMinus } from '@id3/report';
import { FoldsChart } from '../../charts/folds.tsx';

interface Props {
  readonly folds: ReturnType<typeof getVerificationFolds>;
  readonly summaries: ReturnType<typeof getVerificationSummaries>;
}

/** The run's verification on each benchmark, whole and fold by fold. */
export function Verification({ folds, summaries }: Props) {
  const fars = [...new Set(summaries.flatMap(({ tarAtFar }) => Object.keys(tarAtFar)))].sort(
    (a, b) => Number(b) - Number(a),
  );
  const of = (benchmark: string) => folds.filter((fold) => fold.benchmark === benchmark);
  return (
    <section>
      <h2>Verification</h2>
      <div className="scroll" tabIndex={0} role="region" aria-label="Verification, scrollable">
        <table>
          <thead>
            <tr>
              <th scope="col">Benchmark</th>
              <th scope="col" className="number">
                Pairs
              </th>
              <th scope="col" className="number">
                Accuracy in %, 95 % CI over folds
              </th>
              <th scope="col" className="number">
                AUC
              </th>
              <th scope="col" className="number">
                EER in %
              </th>
              {fars.map((far) => (
                <th key={far} scope="col" className="number">
                  TAR at FAR {far}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {summaries.map(({ benchmark, pairs, auc, eer, tarAtFar }) => (
              <tr key={benchmark}>
                <th scope="row">{benchmark}</th>
                <td className="number">{pairs}</td>
                <td className="number">
                  {plusMinus(crossedInterval([of(benchmark).map(({ accuracy }) => accuracy)]))}
                </td>
                <td className="number">{auc.toFixed(4)}</td>
                <td className="number">{percent(eer)}</td>
                {fars.map((far) => (
                  <td key={far} className="number">
                    {tarAtFar[far] === undefined ? '–' : percent(tarAtFar[far])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <FoldsChart
        benchmarks={summaries.map(({ benchmark }) => ({
          name: benchmark,
          folds: of(benchmark).map(({ accuracy }) => 100 * accuracy),
        }))}
      />
    </section>
  );
}
