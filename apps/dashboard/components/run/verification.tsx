import type { getVerificationFolds, getVerificationSummaries } from '@id3/tracking';
import { crossedInterval, percent, plusMinus } from '@id3/report';
import { FoldsChart } from '../../charts/folds.tsx';
import { NumberHead, Scroll } from '../table.tsx';

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
      <Scroll label="Verification">
        <table>
          <thead>
            <tr>
              <th scope="col">Benchmark</th>
              <NumberHead>Pairs</NumberHead>
              <NumberHead>Accuracy in %, 95 % CI over folds</NumberHead>
              <NumberHead>AUC</NumberHead>
              <NumberHead>EER in %</NumberHead>
              {fars.map((far) => (
                <NumberHead key={far}>TAR at FAR {far}</NumberHead>
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
      </Scroll>
      <FoldsChart
        benchmarks={summaries.map(({ benchmark }) => ({
          name: benchmark,
          folds: of(benchmark).map(({ accuracy }) => 100 * accuracy),
        }))}
      />
    </section>
  );
}
