'use client';

import { useVirtualizer } from '@tanstack/react-virtual';
import Link from 'next/link';
import { useEffect, useRef, useState } from 'react';
import type { Line } from '../server/run-tree.ts';
import type { Value } from '../server/values.ts';
import { duration } from '@id3/core/duration';
import { MAX_RUNS } from './compare/limits.ts';
import { number, time } from './format.ts';
import { Progress } from './progress.tsx';

const ROW = 32;
const BLOCK = 200;

interface Props {
  readonly columns: readonly string[];
  readonly first: readonly Line[];
  readonly lines: number;
  readonly sort: string | undefined;
  readonly onSort: (sort: string | undefined) => void;
  readonly ticked: readonly number[];
  readonly onTick: (ticked: readonly number[]) => void;
  /** Told of a branch that is open or not, and is to change. */
  readonly onBranch: (key: string, isOpen: boolean) => void;
  readonly query: string;
}

/** The table of runs, of which only the lines in sight exist; lines come from the server in blocks. */
export function RunsTable(props: Props) {
  const { columns, first, lines, sort, onSort, ticked, onTick, onBranch, query } = props;
  const scroll = useRef<HTMLDivElement>(null);
  // React's compiler is not in use; the virtualizer is told of its element and of nothing else.
  const virtual = useVirtualizer({
    count: lines,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 12,
    initialRect: { width: 1000, height: 700 },
  });
  const items = virtual.getVirtualItems();
  const lineAt = useLines({
    first,
    lines,
    query,
    from: items[0]?.index ?? 0,
    to: items.at(-1)?.index ?? 0,
  });
  const width = `2.5rem minmax(14rem, 2fr) ${columns.map((name) => `minmax(${WIDTHS[name] ?? '7rem'}, 1fr)`).join(' ')}`;
  const tick = (id: number) =>
    onTick(ticked.includes(id) ? ticked.filter((one) => one !== id) : [...ticked, id].slice(-MAX_RUNS));
  return (
    <div className="runs-table" ref={scroll} tabIndex={0} role="region" aria-label="Runs, scrollable">
      <div
        role="table"
        aria-label="Runs"
        aria-rowcount={lines + 1}
        style={{ minWidth: `${24 + 7 * columns.length}rem` }}
      >
        <div role="row" aria-rowindex={1} className="line head" style={{ gridTemplateColumns: width }}>
          <span role="columnheader">
            <span className="visually-hidden">To compare</span>
          </span>
          {['name', ...columns].map((name) => (
            <span
              role="columnheader"
              key={name}
              aria-sort={sort === name ? 'ascending' : sort === `-${name}` ? 'descending' : undefined}
            >
              <button
                type="button"
                className="plain"
                title={name}
                onClick={() => onSort(nextSort(sort, name))}
              >
                {name.split('.').at(-1)}
                <span aria-hidden="true">{sort === name ? ' ↑' : sort === `-${name}` ? ' ↓' : ''}</span>
              </button>
            </span>
          ))}
        </div>
        <div className="body" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, start }) => (
            <div
              role="row"
              aria-rowindex={index + 2}
              key={index}
              className="line"
              style={{ gridTemplateColumns: width, transform: `translateY(${start}px)` }}
            >
              <Cells
                line={lineAt(index)}
                columns={columns}
                ticked={ticked}
                onTick={tick}
                onBranch={onBranch}
              />
            </div>
          ))}
        </div>
        {lines === 0 && <p className="quiet none">No run meets the filter.</p>}
      </div>
    </div>
  );
}

const WIDTHS: Record<string, string> = {
  id: '4rem',
  seed: '4rem',
  status: '7.5rem',
  progress: '9rem',
  experiment: '9rem',
  variant: '9rem',
  stage: '9rem',
  started: '11rem',
};

const nextSort = (sort: string | undefined, name: string): string | undefined =>
  sort === name ? `-${name}` : sort === `-${name}` ? undefined : name;

function Cells(props: {
  line: Line | undefined;
  columns: readonly string[];
  ticked: readonly number[];
  onTick: (id: number) => void;
  onBranch: Props['onBranch'];
}) {
  const { line, columns, ticked, onTick, onBranch } = props;
  if (line === undefined) return <span role="cell" className="quiet" />;
  if (line.kind === 'group') return <GroupHead {...line} onBranch={onBranch} />;
  return (
    <>
      <span role="cell">
        <input
          type="checkbox"
          aria-label={`Compare run ${line.id}`}
          checked={ticked.includes(line.id)}
          onChange={() => onTick(line.id)}
        />
      </span>
      <span role="cell" className="cut" style={{ paddingLeft: indent(line.depth) }}>
        <Link href={`/runs/${line.id}`} prefetch={false}>
          {line.name}
        </Link>
      </span>
      {columns.map((name, k) => (
        <span role="cell" key={name} className={typeof line.values[k] === 'number' ? 'cut number' : 'cut'}>
          <Cell name={name} value={line.values[k]} secondsLeft={line.secondsLeft} />
        </span>
      ))}
    </>
  );
}

/** Room before what is in groups: the sign of a branch is as wide. */
const indent = (depth: number): string => `${0.5 + 1.25 * depth}rem`;

type Group = Extract<Line, { kind: 'group' }>;

function GroupHead({ title, count, depth, branch, onBranch }: Group & Pick<Props, 'onBranch'>) {
  const about = (
    <>
      {title} <span className="quiet">{count}</span>
      {branch !== undefined && branch.running > 0 && (
        <span className="status" data-status="running">
          {branch.running} running
        </span>
      )}
    </>
  );
  return (
    <span role="cell" className="group" data-depth={depth} style={{ paddingLeft: indent(depth) }}>
      {branch === undefined ? (
        about
      ) : (
        <button
          type="button"
          className="plain branch"
          aria-expanded={branch.isOpen}
          onClick={() => onBranch(branch.key, branch.isOpen)}
        >
          {about}
        </button>
      )}
    </span>
  );
}

function Cell({ name, value, secondsLeft }: { name: string; value: Value; secondsLeft: number | null }) {
  if (value === null || value === undefined) return <span className="quiet">–</span>;
  if (name === 'status')
    return (
      <span className="status" data-status={value}>
        {String(value)}
      </span>
    );
  if (name === 'progress' && typeof value === 'number')
    return <Progress share={value} secondsLeft={secondsLeft} />;
  if (name === 'started' && typeof value === 'number') return time(value);
  if (name === 'duration' && typeof value === 'number') return duration(value);
  if (Array.isArray(value))
    return value.map((tag: string) => (
      <span key={tag} className="chip">
        {tag}
      </span>
    ));
  return typeof value === 'number' ? number(value) : String(value);
}

/**
 * The lines known so far, by index. Those in sight, `from` to `to`, that are missing are asked for; all are asked for anew
 * with the page.
 */
function useLines(props: { first: readonly Line[]; lines: number; query: string; from: number; to: number }) {
  const { first, lines, query, from, to } = props;
  const [blocks, setBlocks] = useState<ReadonlyMap<number, readonly Line[]>>(new Map());
  const [fetchedFor, setFetchedFor] = useState(first);
  // The page was rendered anew: what is shown stays until its successor is there.
  const stale = fetchedFor !== first;
  const wanted: number[] = [];
  for (let block = Math.floor(from / BLOCK); block <= Math.floor(to / BLOCK); block++)
    if ((block + 1) * BLOCK > first.length && lines > first.length && (stale || !blocks.has(block)))
      wanted.push(block);
  const asked = wanted.join(',');
  useEffect(() => {
    const abort = new AbortController();
    const load = async () => {
      const loaded = await Promise.all(
        (asked === '' ? [] : asked.split(',')).map(async (block) => {
          const start = Number(block) * BLOCK;
          const response = await fetch(`/api/runs?${query}&from=${start}&count=${BLOCK}`, {
            signal: abort.signal,
          });
          const { lines = [] }: { lines?: Line[] } = await response.json();
          return [Number(block), lines] as const;
        }),
      );
      setBlocks((known) => new Map([...known, ...loaded]));
      setFetchedFor(first);
    };
    void load().catch(() => undefined);
    return () => abort.abort();
  }, [asked, query, first]);
  return (index: number): Line | undefined =>
    first[index] ?? blocks.get(Math.floor(index / BLOCK))?.[index % BLOCK];
}
