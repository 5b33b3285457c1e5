import { UserError } from '@id3/core';
import type { Readable } from '@id3/tracking';
import { readEntries, resolver, type BuiltIn, type RunEntry } from './fields.ts';
import type { Value } from './values.ts';
import { meets, parseQuery, type Condition } from './query.ts';
import { FLAT, groupedBy, treeOf, type Line, type RunsRequest } from './run-tree.ts';

export const DEFAULT_COLUMNS: BuiltIn[] = [
  'status',
  'progress',
  'experiment',
  'variant',
  'stage',
  'seed',
  'started',
  'duration',
  'tags',
];

export interface RunsTable {
  readonly columns: readonly string[];
  readonly lines: readonly Line[];
  readonly runs: number;
  /** Cached runs that meet the filter and are not shown. */
  readonly hidden: number;
}

/** The table that is asked for. Throws a UserError where the filter cannot be read or names a field that no run has. */
export function runsTable(
  db: Readable,
  request: RunsRequest,
  entries: readonly RunEntry[] = readEntries(db),
): RunsTable {
  const conditions = parseQuery(request.filter ?? '');
  const columns = columnsOf(request);
  const sort = request.sort?.replace(/^-/, '');
  const { group } = request;
  const column = group === FLAT ? undefined : group;
  const named = conditions.flatMap(({ field }) => field ?? []);
  const names = [...columns, ...named, ...(sort ? [sort] : []), ...(column ? [column] : [])];
  const { has, valueOf } = resolver(db, entries, [...new Set(names)]);
  const unknown = named.find((name) => !has(name));
  if (unknown !== undefined)
    throw new UserError(
      `No run here has the field "${unknown}"; the menus Columns, Metrics and Config list all that there are.`,
    );
  const asksForArchived = request.archived === '1' || named.includes('archived');
  const meeting = entries.filter(
    (entry) => (asksForArchived || !entry.archived) && meets(conditions, (field) => valueOf(entry, field)),
  );
  const found =
    request.cached === '1' || conditions.some(asksForCached)
      ? meeting
      : meeting.filter(({ run }) => run.status !== 'cached');
  if (sort) {
    const sign = request.sort!.startsWith('-') ? -1 : 1;
    found.sort((a, b) => compare(valueOf(a, sort), valueOf(b, sort), sign));
  }
  const line =
    (depth: number) =>
    (entry: RunEntry): Line => ({
      kind: 'run',
      id: entry.run.id,
      name: String(entry.values.name),
      values: columns.map((name) => valueOf(entry, name) ?? null),
      secondsLeft: entry.values.status === 'running' ? entry.run.secondsLeft : null,
      depth,
    });
  const about = { columns, runs: found.length, hidden: meeting.length - found.length };
  if (group === FLAT) return { ...about, lines: found.map(line(0)) };
  if (column) {
    const groups = groupedBy(found, (entry) => textOf(valueOf(entry, column)));
    const lines = [...groups].flatMap(([title, members]): Line[] => [
      { kind: 'group', title: `${column} = ${title}`, count: members.length, depth: 0 },
      ...members.map(line(0)),
    ]);
    return { ...about, lines };
  }
  return { ...about, lines: treeOf(found, request, line) };
}

/** Whether a condition can mean runs that were cached: by its status, or by its number. */
const asksForCached = ({ field, operator, values }: Condition): boolean =>
  field === 'id' ||
  (field === 'status' && operator !== '!=' && values.some((text) => 'cached'.includes(text)));

/** The heads of a tree say experiment and variant. */
export const columnsOf = ({ columns, group }: RunsRequest): string[] =>
  columns === undefined
    ? DEFAULT_COLUMNS.filter((name) => group !== undefined || !['experiment', 'variant'].includes(name))
    : columns.split(',').filter((name) => name !== '' && name !== 'name');

/** A value as text. */
export const textOf = (value: Value): string =>
  value === null || value === undefined ? 'none' : Array.isArray(value) ? value.join(', ') : String(value);

/** In the order of `sign`; runs without a value last, whatever the order. */
function compare(a: Value, b: Value, sign: number): number {
  const [noA, noB] = [a ?? undefined, b ?? undefined].map((value) => value === undefined);
  if (noA || noB) return Number(noA) - Number(noB);
  if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
  return sign * textOf(a).localeCompare(textOf(b), 'en', { numeric: true });
}
