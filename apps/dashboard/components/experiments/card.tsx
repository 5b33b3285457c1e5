import { duration } from '@id3/core/duration';
import Link from 'next/link';
import type { ReactNode } from 'react';
import type { ExperimentCard as Card } from '../../server/experiments.ts';
import { bytes, time } from '../format.ts';
import { Progress } from '../progress.tsx';
import { countWords, hoursFacts } from '../run/jobs.tsx';

/** One experiment: how it stands, what it found, what it took. Its title leads to its table, or where it compares nothing to its run. */
export function ExperimentCard(card: Card) {
  const { overview, run, status, progress, secondsLeft, rows, finding, table, jobs } = card;
  const { name, computed, cached, wallMs, computeMs, diskBytes, engines, hosts } = overview;
  const runs = overview.runs.length;
  const facts: [string, ReactNode, string?][] = [
    [
      'Rows done',
      rows && `${rows.done} of ${rows.all}`,
      'rows of its table with all their recognisers verified',
    ],
    ['Wall time', duration(wallMs / 1000), 'the sum of what its runs took'],
    ['Compute', duration(computeMs / 1000), 'the sum of what its computed stages took, several at once'],
    ['Disk', diskBytes === undefined ? undefined : bytes(diskBytes), 'what its computed stages left'],
    ['Stages', `${computed} computed${cached > 0 ? `, ${cached} cached` : ''}`],
    ['Engine', engines.join(', ') || undefined],
    ['Where', hosts.join(', ')],
    ...(jobs === undefined ? [] : clusterFacts(jobs)),
  ];
  return (
    <li className="experiment">
      <h2>
        <Link href={table === undefined ? `/runs/${run.id}` : `/ablation?run=${table.id}`} prefetch={false}>
          {name}
        </Link>
      </h2>
      <p className="standing">
        <span className="status" data-status={status}>
          {status}
        </span>
        {status === 'running' && <Progress share={progress ?? 0} secondsLeft={secondsLeft} />}
        <span className="quiet number">
          {time(run.startedAt)} UTC · {run.name}
        </span>
      </p>
      <p className={finding === undefined ? 'finding quiet' : 'finding'}>
        {finding ?? nothing(rows, status)}
      </p>
      <dl className="numbers">
        {facts.map(([title, fact, meaning]) => (
          <div key={title} title={meaning}>
            <dt>{title}</dt>
            <dd className="number">{fact ?? '–'}</dd>
          </div>
        ))}
      </dl>
      <p className="links small">
        {table !== undefined && (
          <Link href={`/ablation?run=${table.id}`} prefetch={false}>
            Table
          </Link>
        )}
        <Link href={`/runs?filter=${encodeURIComponent(`experiment="${name}"`)}`} prefetch={false}>
          {runs === 1 ? 'Its run and stages' : `Its ${runs} runs and their stages`}
        </Link>
        <Link href={`/runs/${run.id}`} prefetch={false}>
          Config, files, log
        </Link>
      </p>
    </li>
  );
}

/** Of an experiment that a cluster computes. */
const clusterFacts = (jobs: NonNullable<Card['jobs']>): [string, ReactNode, string][] => [
  ['Jobs', countWords(jobs), 'the jobs of its newest run, as the cluster says they stand'],
  ...hoursFacts(jobs)
    .slice(0, 1)
    .map(([name, hours]): [string, ReactNode, string] => [
      name,
      hours,
      'of what was granted to its jobs, and of those that are left',
    ]),
];

function nothing(rows: Card['rows'], status: Card['status']): string {
  if (rows === undefined) return 'Compares nothing: its files are with its run.';
  return status === 'running' ? 'Nothing is measured yet.' : 'Nothing was measured.';
}
