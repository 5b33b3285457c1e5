import { duration } from '@id3/core/duration';
import type { JobRow, RunRow } from '@id3/tracking';
import type { RunView } from '../../server/run.ts';
import { bytes, time } from '../format.ts';
import { Progress } from '../progress.tsx';

interface Props {
  readonly run: RunRow;
  readonly diskBytes: number | undefined;
  /** What a cluster says of the run's job. */
  readonly job?: JobRow | undefined;
  readonly jobs: RunView['jobs'];
}

/** When, where and with what code and engine the run was computed. */
export function Environment({ run, diskBytes, job, jobs }: Props) {
  const versions = Object.entries(run.engineVersions ?? {}).map(([name, version]) => `${name} ${version}`);
  const facts: [string, React.ReactNode][] = [
    [run.status === 'queued' ? 'Submitted' : 'Started', `${time(run.startedAt)} UTC`],
    ['Took', run.finishedAt === null ? run.status : duration((run.finishedAt - run.startedAt) / 1000)],
    ['Jobs', jobs.counts.length > 0 && jobsWords(jobs)],
    ['Job', job && [run.job, ...queueWords(job)].join(' · ')],
    ['Seed', run.seed],
    ['Engine', run.engine && [run.engine, ...versions].join(' · ')],
    [
      'Code',
      run.gitRevision && <code>{run.gitRevision.slice(0, 12) + (run.gitDirty ? ', with changes' : '')}</code>,
    ],
    ['Host', `${run.host}, process ${run.pid}`],
    ['Disk', diskBytes === undefined ? undefined : bytes(diskBytes)],
    ['Config hash', <code key="hash">{run.configHash}</code>],
  ];
  return (
    <section>
      <h2>Environment</h2>
      <dl className="facts">
        {run.steps !== null && run.status === 'running' && (
          <div className="pair">
            <dt>Progress</dt>
            <dd>
              <Progress share={(run.step ?? 0) / run.steps} secondsLeft={run.secondsLeft} />
            </dd>
          </div>
        )}
        {facts
          .filter(([, fact]) => fact !== null && fact !== undefined && fact !== false && fact !== '')
          .map(([name, fact]) => (
            <div key={name} className="pair">
              <dt>{name}</dt>
              <dd>{fact}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}

/** What an experiment's jobs are doing, and have used so far. */
function jobsWords({ counts, coreHours, gpuHours }: RunView['jobs']): string {
  const states = counts.map(({ state, count }) => `${count} ${state.toLowerCase()}`).join(', ');
  return `${states} · ${coreHours.toFixed(1)} core hours, ${gpuHours.toFixed(1)} GPU hours`;
}

/** What a cluster says of a job: where it stands and why, how often it began anew, what it asks for. */
function queueWords({ state, reason, node, restarts, cpus, gpus }: JobRow): string[] {
  const waits = reason === null ? '' : ` (${reason})`;
  return [
    `${state.toLowerCase()}${waits}${node === null ? '' : ` on ${node}`}`,
    ...(restarts > 0 ? [`put back into the queue ${restarts === 1 ? 'once' : `${restarts} times`}`] : []),
    `${cpus} ${cpus === 1 ? 'core' : 'cores'}${gpus === 0 ? '' : `, ${gpus} ${gpus === 1 ? 'GPU' : 'GPUs'}`}`,
  ];
}
