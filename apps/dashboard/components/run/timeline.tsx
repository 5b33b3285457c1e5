import { duration } from '@id3/core/duration';
import type { RunRow } from '@id3/tracking';
import Link from 'next/link';
import { NumberHead, Scroll } from '../table.tsx';

/** The stages of an experiment's run over its time: who ran when, and what was there already. */
export function Timeline({ runs }: { runs: readonly RunRow[] }) {
  const now = Math.max(...runs.map((run) => run.heartbeatAt));
  const endOf = (run: RunRow) => run.finishedAt ?? now;
  const start = Math.min(...runs.map((run) => run.startedAt));
  const span = Math.max(1, Math.max(...runs.map(endOf)) - start);
  const cached = runs.filter((run) => run.status === 'cached').length;
  return (
    <section>
      <h2>
        Stages{' '}
        <span className="quiet number">
          {runs.length}, {cached} of them cached
        </span>
      </h2>
      <Scroll label="Stages" className="timeline">
        <table>
          <thead>
            <tr>
              <th scope="col">Stage</th>
              <th scope="col">Status</th>
              <NumberHead>Took</NumberHead>
              <th scope="col" className="bars">
                0 to {duration(span / 1000)}
              </th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <tr key={run.id}>
                <th scope="row">
                  <Link href={`/runs/${run.id}`} prefetch={false}>
                    {run.name}
                  </Link>
                </th>
                <td>
                  <span className="status" data-status={run.status}>
                    {run.status}
                  </span>
                </td>
                <td className="number">
                  {run.status === 'cached' ? '–' : duration((endOf(run) - run.startedAt) / 1000)}
                </td>
                <td className="bars">
                  <span
                    className="bar"
                    data-status={run.status}
                    style={{
                      marginLeft: `${(100 * (run.startedAt - start)) / span}%`,
                      width: `${(100 * (endOf(run) - run.startedAt)) / span}%`,
                    }}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}
