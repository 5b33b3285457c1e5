import { duration } from '@id3/core/duration';
import type { RunRow } from '@id3/tracking';
import type { RunView } from '../../server/run.ts';
import { bytes, time } from '../format.ts';
import { Progress } from '../progress.tsx';
import { askedWords, countWords, hoursFacts, queueWords } from './jobs.tsx';

interface Props {
  readonly run: RunRow;
  readonly diskBytes: number | undefined;
  /** What a cluster says of the run's job. */
  readonly job: RunView['job'];
  /** Those of its stages. */
  readonly jobs: RunView['jobs'];
}

/** When, where and with what code and engine the run was computed. */
export function Environment({ run, diskBytes, job, jobs }: Props) {
  const versions = Object.entries(run.engineVersions ?? {}).map(([name, version]) => `${name} ${version}`);
  const facts: [string, React.ReactNode][] = [
    [run.status === 'queued' ? 'Submitted' : 'Started', `${time(run.startedAt)} UTC`],
    ['Took', run.finishedAt === null ? run.status : duration((run.finishedAt - run.startedAt) / 1000)],
    ['Jobs', jobs && countWords(jobs)],
    ...(jobs === undefined ? [] : hoursFacts(jobs)),
    ['Job', job && [run.job, queueWords(job), askedWords(job)].filter(Boolean).join(' · ')],
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
