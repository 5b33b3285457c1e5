import { mean } from '@id3/core/numbers';
import type { ComparedRun } from '../../server/compare.ts';
import { NumberHead, Scroll } from '../table.tsx';

/** Accuracies of each fold, and below them each run's difference to the first: folds are of the same people. */
export function FoldTable(props: {
  runs: readonly ComparedRun[];
  folds: ReadonlyMap<number, readonly number[]>;
}) {
  const verified = props.runs.filter(({ id }) => props.folds.has(id));
  if (verified.length === 0) return null;
  const base = props.folds.get(verified[0].id)!;
  return (
    <>
      <Scroll label="Folds">
        <table className="pinned">
          <thead>
            <tr>
              <th scope="col">Run</th>
              {base.map((_, fold) => (
                <NumberHead key={fold}>Fold {fold + 1}</NumberHead>
              ))}
              <NumberHead>Mean</NumberHead>
            </tr>
          </thead>
          <tbody>
            {verified.map(({ id, title }, row) => {
              const accuracies = props.folds.get(id)!;
              const paired = accuracies.length === base.length;
              const values = row === 0 || !paired ? accuracies : accuracies.map((a, fold) => a - base[fold]);
              const write = row === 0 || !paired ? percent : points;
              return (
                <tr key={id}>
                  <th scope="row">{title}</th>
                  {values.map((value, fold) => (
                    <td
                      key={fold}
                      className="number"
                      title={`${percent(accuracies[fold])} on fold ${fold + 1}`}
                    >
                      {write(value)}
                    </td>
                  ))}
                  <td className="number">
                    <strong>{write(mean(values))}</strong>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scroll>
      <p className="quiet">
        First row: accuracy in percent. Other rows: the difference to the first, in percentage points.
      </p>
    </>
  );
}

const percent = (share: number) => (100 * share).toFixed(1);
const points = (difference: number) =>
  difference === 0 ? '0.0' : `${difference > 0 ? '+' : '−'}${Math.abs(100 * difference).toFixed(1)}`;
