import { duration } from '@id3/core/duration';
import type { RunRow } from '@id3/tracking';
import { bytes, time } from '../format.ts';
import { Progress } from '../progress.tsx';

/** When, where and with what code and engine the run was computed. */
export function Environment({ run, diskBytes }: { run: RunRow; diskBytes: number | undefined }) {
  const versions = Object.entries(run.engineVersions ?? {}).map(([name, version]) => `${name} ${version}`);
  const facts: [string, React.ReactNode][] = [
    ['Started', `${time(run.startedAt)} UTC`],
    ['Took', run.finishedAt === null ? 'running' : duration((run.finishedAt - run.startedAt) / 1000)],
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
          .filter(([, fact]) => fact !== null && fact !== undefined && fact !== '')
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
