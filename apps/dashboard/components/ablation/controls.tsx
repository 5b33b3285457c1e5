'use client';

import { Choices, Menu } from '../menu.tsx';
import { time } from '../format.ts';
import { useQuery } from '../use-query.ts';

interface Props {
  readonly run: number;
  readonly tables: readonly { run: number; experiment: string; startedAt: number; status: string }[];
  readonly rows: readonly { name: string; title: string }[];
  readonly baseline: string;
  readonly benchmarks: readonly string[];
  readonly seeds: readonly number[];
  readonly fields: readonly string[];
  /** What the table can be exported as. */
  readonly formats: readonly { name: string; title: string }[];
}

/** What the table is made of: experiment, baseline, benchmarks, seeds, and the field to group by. All of it is in the URL. */
export function AblationControls({ run, tables, rows, baseline, benchmarks, seeds, fields, formats }: Props) {
  const [query, change] = useQuery();
  const chosen = (name: string, all: readonly string[]) => query.get(name)?.split(',') ?? all;
  const choose = (name: string, all: readonly string[]) => (picked: string[]) =>
    change({
      [name]:
        picked.length === 0 || picked.length === all.length
          ? undefined
          : all.filter((one) => picked.includes(one)).join(','),
    });
  const seedTexts = seeds.map(String);
  const exported = (address: string, format: Record<string, string>) => {
    const request = new URLSearchParams({ ...format, run: String(run) });
    for (const name of ['baseline', 'benchmarks', 'seeds']) {
      const value = query.get(name);
      if (value !== null) request.set(name, value);
    }
    return `${address}?${request.toString()}`;
  };
  return (
    <div className="controls">
      <label>
        Table
        <select
          value={run}
          onChange={(event) =>
            change({ run: event.target.value, baseline: undefined, benchmarks: undefined, seeds: undefined })
          }
        >
          {tables.map((table) => (
            <option key={table.run} value={table.run}>
              {table.experiment} · run {table.run} · {time(table.startedAt)}
              {table.status === 'finished' ? '' : ` · ${table.status}`}
            </option>
          ))}
        </select>
      </label>
      <label>
        Baseline
        <select value={baseline} onChange={(event) => change({ baseline: event.target.value })}>
          {rows.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <Choices
        title="Benchmarks"
        options={benchmarks}
        chosen={chosen('benchmarks', benchmarks)}
        onChange={choose('benchmarks', benchmarks)}
      />
      <Choices
        title="Seeds"
        options={seedTexts}
        chosen={chosen('seeds', seedTexts)}
        onChange={choose('seeds', seedTexts)}
      />
      <label>
        Group by
        <select value={query.get('group') ?? ''} onChange={(event) => change({ group: event.target.value })}>
          <option value="">variant</option>
          {fields.map((field) => (
            <option key={field}>{field}</option>
          ))}
        </select>
      </label>
      {query.get('group') && (
        <label>
          <input
            type="checkbox"
            checked={query.get('scope') === 'experiment'}
            onChange={(event) => change({ scope: event.target.checked ? 'experiment' : undefined })}
          />
          All runs of the experiment
        </label>
      )}
      <Menu title="Export">
        {formats.map(({ name, title }) => (
          <a key={name} href={exported('/api/export', { format: name })} download>
            {title}
          </a>
        ))}
      </Menu>
      {benchmarks.length > 0 && (
        <a className="button" href={exported('/api/export/report', {})} download>
          Report
        </a>
      )}
    </div>
  );
}
