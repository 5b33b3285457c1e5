import Link from 'next/link';
import { MetricCurves } from '../../../charts/curves.tsx';
import { Annotations } from '../../../components/run/annotations.tsx';
import { Artefacts } from '../../../components/run/artefacts.tsx';
import { ConfigTable } from '../../../components/run/config-table.tsx';
import { CopyCommand } from '../../../components/run/copy-command.tsx';
import { Environment } from '../../../components/run/environment.tsx';
import { Jobs } from '../../../components/run/jobs.tsx';
import { Timeline } from '../../../components/run/timeline.tsx';
import { Verification } from '../../../components/run/verification.tsx';
import { number, time } from '../../../components/format.ts';
import { page } from '../../../server/page.tsx';
import { readRun } from '../../../server/run.ts';
import { About } from '../../../components/about/about.tsx';

export const metadata = { title: 'Run' };

export default page(({ db, params }) => {
  const view = readRun(db, Number(params.id));
  if (view === undefined)
    return (
      <section className="problem">
        <h1>There is no run {params.id}</h1>
        <p>
          <Link href="/runs">All runs</Link>
        </p>
      </section>
    );
  const { run, parent, experiment, variants, note, compared } = view;
  return (
    <div className="page run">
      <header>
        <div>
          <p className="quiet small">
            <Link href={`/runs?filter=${encodeURIComponent(`experiment="${experiment}"`)}`}>
              {experiment}
            </Link>
            {parent !== undefined && (
              <>
                {' / '}
                <Link href={`/runs/${parent.id}`}>
                  {parent.name} (run {parent.id})
                </Link>
              </>
            )}
          </p>
          <h1>{note.name ?? run.name}</h1>
          <p className="quiet">
            Run {run.id} ·{' '}
            <span className="status" data-status={run.status}>
              {run.status}
            </span>
            {variants.length > 0 && <> · part of {variants.map(({ title }) => title).join('; ')}</>}
          </p>
        </div>
        {compared.length > 0 && (
          <Link className="button" href={`/ablation?run=${run.id}`}>
            Its table of {compared.length} variants
          </Link>
        )}
      </header>
      <About view="run" />
      {run.error !== null && <pre className="wrong">{run.error}</pre>}
      {view.curves.length + view.system.length > 0 && (
        <MetricCurves
          run={run.id}
          keys={view.curves}
          system={view.system}
          startedAt={run.startedAt}
          live={`${run.heartbeatAt}`}
        />
      )}
      {view.folds.length > 0 && <Verification folds={view.folds} summaries={view.summaries} />}
      {view.numbers.length > 0 && (
        <section>
          <h2>Measures</h2>
          <dl className="facts number">
            {view.numbers.map(({ key, value }) => (
              <div key={key} className="pair">
                <dt>{key}</dt>
                <dd>{value === null ? 'not a number' : number(value)}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      {view.children.length > 0 && <Timeline runs={view.children} jobs={view.jobs?.byRun} />}
      <div className="columns">
        <ConfigTable lines={view.config} base={parent?.id} />
        <div className="stack">
          <Annotations id={run.id} {...note} />
          <Environment run={run} diskBytes={view.diskBytes} job={view.job} jobs={view.jobs} />
          <CopyCommand
            command={view.command}
            isOwn={run.command !== null}
            revision={run.gitRevision}
            dirty={run.gitDirty ?? false}
          />
        </div>
      </div>
      {view.job !== undefined && <Jobs {...view.job} />}
      <Artefacts artefacts={view.artefacts} />
      {view.events.length > 0 && (
        <section>
          <h2>Log</h2>
          <ol className="log">
            {view.events.map((event) => (
              <li key={event.id} data-level={event.level}>
                <time className="quiet">{time(event.time)}</time>{' '}
                {event.level === 'info' ? '' : `${event.level}: `}
                {event.message}
              </li>
            ))}
          </ol>
        </section>
      )}
    </div>
  );
});
