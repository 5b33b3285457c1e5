'use client';

import { useState } from 'react';
import type { Line } from '../server/runs.ts';
import { Choices } from './menu.tsx';
import { RunsTable } from './runs-table.tsx';
import { useQuery } from './use-query.ts';

export interface RunsViewProps {
  readonly columns: readonly string[];
  readonly first: readonly Line[];
  readonly lines: number;
  readonly runs: number;
  readonly all: number;
  readonly problem: string | undefined;
  /** What a column may show. */
  readonly fields: { about: readonly string[]; metrics: readonly string[]; config: readonly string[] };
}

/** Filter, columns, groups and the table of runs; all of it is in the URL but the runs that are ticked. */
export function RunsView({ columns, first, lines, runs, all, problem, fields }: RunsViewProps) {
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
        </span>
      </header>
      <div className="controls">
        <FilterForm
          saved={query.get('filter') ?? ''}
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
            <option value="">nothing</option>
            {[...new Set([...columns, 'experiment', 'variant', 'stage', 'status'])].map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          <input
            type="checkbox"
            checked={query.get('archived') === '1'}
            onChange={(event) => change({ archived: event.target.checked ? '1' : undefined })}
          />
          Archived too
        </label>
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
        key={['filter', 'sort', 'group', 'columns', 'archived'].map((name) => query.get(name)).join('\n')}
        columns={columns}
        first={first}
        lines={lines}
        sort={query.get('sort') ?? undefined}
        onSort={(sort) => change({ sort })}
        ticked={ticked}
        onTick={setTicked}
        query={query.toString()}
      />
    </div>
  );
}

/** The query as it is typed; it is asked for on Enter, and when the field is emptied. */
function FilterForm(props: { saved: string; wrong: boolean; onFilter: (filter: string) => void }) {
  const { saved, wrong, onFilter } = props;
  const [filter, setFilter] = useState(saved);
  return (
    <form
      role="search"
      className="filter"
      onSubmit={(event) => {
        event.preventDefault();
        onFilter(filter);
      }}
    >
      <input
        type="search"
        aria-label="Filter"
        aria-invalid={wrong}
        aria-describedby="filter-help"
        placeholder="variant=full lb>0.6 status!=failed"
        value={filter}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => {
          setFilter(event.target.value);
          if (event.target.value === '') onFilter('');
        }}
      />
      <button type="submit">Filter</button>
    </form>
  );
}
