import Link from 'next/link';
import type { ComparedRun } from '../../server/compare.ts';
import { Scroll } from '../table.tsx';

/** The fields in which the runs' configs differ; a value other than the first run's is set apart. */
export function ConfigTable(props: {
  runs: readonly ComparedRun[];
  differences: readonly { field: string; values: readonly string[] }[];
}) {
  const { runs, differences } = props;
  return (
    <>
      <Scroll label="Config differences">
        <table className="pinned">
          <thead>
            <tr>
              <th scope="col">Field</th>
              {runs.map(({ id, title }) => (
                <th key={id} scope="col">
                  <Link href={`/runs/${id}`} prefetch={false}>
                    {title}
                  </Link>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {differences.map(({ field, values }) => (
              <tr key={field}>
                <th scope="row">
                  <code>{field}</code>
                </th>
                {values.map((value, k) => (
                  <td key={runs[k].id}>
                    {value === values[0] && k > 0 ? (
                      <span className="quiet" title={value}>
                        same
                      </span>
                    ) : (
                      <code>{value}</code>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {differences.length === 0 && (
        <p className="quiet">
          These runs have the same config. They differ in the stages that they build on.
        </p>
      )}
    </>
  );
}
