'use client';

import { useState, type ReactNode } from 'react';
import type { SavedView } from '@id3/tracking';
import type { Line } from '../server/run-tree.ts';
import { Choices } from './menu.tsx';
import { RunsFilter } from './runs-filter.tsx';
import { RunsTable } from './runs-table.tsx';
import { SavedViews } from './saved-views.tsx';
import { useQuery } from './use-query.ts';

export interface RunsViewProps {
  readonly columns: readonly string[];
  readonly first: readonly Line[];
  readonly lines: number;
  readonly runs: number;
  readonly all: number;
  /** Cached runs that are not shown. */
  readonly hidden: number;
  readonly views: readonly SavedView[];
  readonly problem: string | undefined;
  /** What the view shows; made on the server. */
  readonly about: ReactNode;
  /** What a column may show. */
  readonly fields: { about: readonly string[]; metrics: readonly string[]; config: readonly string[] };
}

/** Filter, columns, groups and the table of runs; all of it is in the URL but the runs that are ticked. */
export function RunsView(props: RunsViewProps) {
  const { columns, first, lines, runs, all, hidden, views, problem, about, fields } = props;
  const [query, change] = useQuery();
  const [ticked, setTicked] = useState<readonly number[]>([]);
  const choose = (kind: keyof typeof fields) => (chosen: string[]) =>
    change({ columns: [...columns.filter((name) => !fields[kind].includes(name)), ...chosen].join(',') });
  const chosenOf = (kind: keyof typeof fields) => columns.filter((name) => fields[kind].includes(name));
  return (
    <div className="page runs">
      <header>
        <h1>Runs</h1>
        <span className="quiet number" aria-live="polite">
          {runs === all ? `${all} runs` : `${runs} of ${all} runs`}
          {hidden > 0 && `, ${hidden} cached hidden`}
        </span>
      </header>
      {about}
      <div className="controls">
        <RunsFilter
          saved={query.get('filter') ?? ''}
          fields={[...fields.about, 'name', ...fields.config, ...fields.metrics]}
          wrong={problem !== undefined}
          onFilter={(filter) => change({ filter })}
        />
        <Choices
          title="Columns"
          options={fields.about}
          chosen={chosenOf('about')}
          onChange={choose('about')}
        />
        <Choices
          title="Metrics"
          options={fields.metrics}
          chosen={chosenOf('metrics')}
          onChange={choose('metrics')}
        />
        <Choices
          title="Config"
          options={fields.config}
          chosen={chosenOf('config')}
          onChange={choose('config')}
        />
        <label>
          Group by
          <select
            value={query.get('group') ?? ''}
            onChange={(event) => change({ group: event.target.value })}
          >
            <option value="">experiment and variant</option>
            <option>nothing</option>
            {[...new Set([...columns, 'experiment', 'variant', 'stage', 'status'])].map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          <input
            type="checkbox"
            checked={query.get('cached') === '1'}
            onChange={(event) => change({ cached: event.target.checked ? '1' : undefined })}
          />
          Cached too
        </label>
        <label>
          <input
            type="checkbox"
            checked={query.get('archived') === '1'}
            onChange={(event) => change({ archived: event.target.checked ? '1' : undefined })}
          />
          Archived too
        </label>
        <SavedViews views={views} query={query.toString()} />
        {ticked.length >= 2 && (
          <a className="button" href={`/compare?runs=${ticked.join(',')}`}>
            Compare {ticked.length} runs
          </a>
        )}
      </div>
      <p
        id="filter-help"
        className={problem === undefined ? 'quiet small' : 'wrong small'}
        role={problem && 'alert'}
      >
        {problem ??
          'Conditions such as lb>0.6, with spaces between them. A field is a column, a config field or a metric. Operators: = != > < >= <= and ~ (contains). Commas separate alternatives. A word alone is looked for in names.'}
      </p>
      <RunsTable
        // Another view of the runs starts at its own first lines.
        key={['filter', 'sort', 'group', 'columns', 'cached', 'archived']
          .map((name) => query.get(name))
          .join('\n')}
        columns={columns}
        first={first}
        lines={lines}
        sort={query.get('sort') ?? undefined}
        onSort={(sort) => change({ sort })}
        onBranch={(key, isOpen) => {
          const without = (name: string) =>
            (query.get(name) ?? '').split(',').filter((one) => one !== '' && one !== key);
          const [into, outOf] = isOpen ? ['closed', 'open'] : ['open', 'closed'];
          change({ [into]: [...without(into), key].join(','), [outOf]: without(outOf).join(',') });
        }}
        ticked={ticked}
        onTick={setTicked}
        query={query.toString()}
      />
    </div>
  );
}
