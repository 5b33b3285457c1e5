import { duration } from '@id3/core/duration';
import type { JobRow, RunRow } from '@id3/tracking';
import Link from 'next/link';
import { NumberHead, Scroll } from '../table.tsx';
import { queueWords } from './jobs.tsx';

interface Props {
  readonly runs: readonly RunRow[];
  /** The cluster's jobs that compute them, where one does. */
  readonly jobs?: ReadonlyMap<number, JobRow> | undefined;
}

/** The stages of an experiment's run over its time: who ran when, by which job, and what was there already. */
export function Timeline({ runs, jobs }: Props) {
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
              {jobs && <th scope="col">Job</th>}
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
                {jobs && <td>{jobOf(run, jobs)}</td>}
                <td className="number">
                  {['cached', 'queued'].includes(run.status)
                    ? '–'
                    : duration((endOf(run) - run.startedAt) / 1000)}
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

/** The job of a run, and where it stands while the run has not ended. */
function jobOf(run: RunRow, jobs: ReadonlyMap<number, JobRow>): string {
  const job = jobs.get(run.id);
  if (job === undefined) return '';
  const hasEnded = run.finishedAt !== null && job.restarts === 0;
  return [run.job, ...(hasEnded ? [] : [queueWords(job)])].filter(Boolean).join(' ');
}
