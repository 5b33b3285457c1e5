import { duration } from '@id3/core/duration';
import type { JobRow } from '@id3/tracking';
import type { JobView, JobsView, LogTail } from '../../server/jobs.ts';
import { time } from '../format.ts';
import { NumberHead, Scroll } from '../table.tsx';

/** Where a job stands, as the cluster says it, and why. */
export function queueWords({ state, reason, node, restarts }: JobRow): string {
  const waits = reason === null ? '' : ` (${reason})`;
  const place = node === null || state === 'PENDING' ? '' : ` on ${node}`;
  const again =
    restarts > 0 ? `, put back into the queue ${restarts === 1 ? 'once' : `${restarts} times`}` : '';
  return `${state.toLowerCase()}${waits}${place}${again}`;
}

/** What a job asks for. */
export const askedWords = ({ cpus, gpus }: JobRow): string =>
  `${cpus} ${cpus === 1 ? 'core' : 'cores'}${gpus === 0 ? '' : `, ${gpus} ${gpus === 1 ? 'GPU' : 'GPUs'}`}`;

/** How many of an experiment's jobs stand where. */
export const countWords = ({ counts }: Pick<JobsView, 'counts'>): string =>
  counts.map(({ state, count }) => `${count} ${state.toLowerCase()}`).join(', ');

/** Hours that jobs have used, and about how many are still to come: of GPUs, and of cores where they have none. */
export function hoursFacts({ used, toCome }: Pick<JobsView, 'used' | 'toCome'>): [string, string][] {
  const kinds = [
    ['GPU hours', 'gpuHours'],
    ['Core hours', 'coreHours'],
  ] as const;
  return kinds
    .filter(([, of]) => used[of] + toCome[of] > 0)
    .map(([name, of]) => [
      name,
      `${hours(used[of])} used${toCome[of] > 0 ? `, about ${hours(toCome[of])} to come` : ''}`,
    ]);
}

const hours = (count: number): string =>
  String(count < 10 ? Number(count.toPrecision(2)) : Math.round(count));

/** Each time that the cluster ran a job of a run, and the ends of their logs. */
export function Jobs({ runs, moreRuns, logs, moreLogs }: JobView) {
  if (runs.length === 0) return null;
  return (
    <section>
      <h2>
        Jobs <span className="quiet number">{runs.length + moreRuns} ran</span>
      </h2>
      <Scroll label="Jobs">
        <table>
          <thead>
            <tr>
              <th scope="col">Job</th>
              <th scope="col">On</th>
              <th scope="col">Began, UTC</th>
              <NumberHead>Computed</NumberHead>
            </tr>
          </thead>
          <tbody>
            {runs.map(({ piece, job, host, startedAt, seconds }) => (
              <tr key={piece}>
                <th scope="row">{job}</th>
                <td>{host}</td>
                <td className="number">{time(startedAt)}</td>
                <td className="number">{duration(seconds)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {moreRuns > 0 && <p className="quiet">and {moreRuns} before these</p>}
      {logs.map((log, k) => (
        <Tail key={log.path} {...log} isOpen={k === 0} />
      ))}
      {moreLogs > 0 && <p className="quiet">and the logs of {moreLogs} other jobs</p>}
    </section>
  );
}

function Tail({ path, job, text, isCut, isOpen }: LogTail & { isOpen: boolean }) {
  return (
    <details className="tail" open={isOpen}>
      <summary>
        {isCut ? 'End of the log' : 'Log'} of job {job} <code className="quiet">{path}</code>
      </summary>
      {text === undefined ? (
        <p className="quiet">The file is not there any more.</p>
      ) : (
        <pre tabIndex={0} aria-label={`Log of job ${job}`}>
          {text === '' ? 'Nothing was said.' : text}
        </pre>
      )}
    </details>
  );
}
