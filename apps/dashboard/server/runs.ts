import { UserError } from '@id3/core';
import type { Readable } from '@id3/tracking';
import { readEntries, resolver, type BuiltIn, type RunEntry } from './fields.ts';
import type { Value } from './values.ts';
import { meets, parseQuery } from './query.ts';

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

/** The state of the runs view, as its URL has it. */
export interface RunsRequest {
  readonly filter?: string;
  /** A column, with `-` before it for descending. */
  readonly sort?: string;
  readonly group?: string;
  /** Column names separated by commas. */
  readonly columns?: string;
  readonly archived?: string;
}

/** A line of the table: a run with the values of its columns, or the head of a group. */
export type Line =
  | {
      readonly kind: 'run';
      readonly id: number;
      readonly name: string;
      readonly values: readonly Value[];
      readonly secondsLeft: number | null;
    }
  | { readonly kind: 'group'; readonly title: string; readonly count: number };

export interface RunsTable {
  readonly columns: readonly string[];
  readonly lines: readonly Line[];
  readonly runs: number;
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
  const named = conditions.flatMap(({ field }) => field ?? []);
  const names = [...columns, ...named, ...(sort ? [sort] : []), ...(request.group ? [request.group] : [])];
  const { has, valueOf } = resolver(db, entries, [...new Set(names)]);
  const unknown = named.find((name) => !has(name));
  if (unknown !== undefined)
    throw new UserError(
      `No run here has the field "${unknown}"; the menus Columns, Metrics and Config list all that there are.`,
    );
  const asksForArchived = request.archived === '1' || named.includes('archived');
  const found = entries.filter(
    (entry) => (asksForArchived || !entry.archived) && meets(conditions, (field) => valueOf(entry, field)),
  );
  if (sort) {
    const sign = request.sort!.startsWith('-') ? -1 : 1;
    found.sort((a, b) => compare(valueOf(a, sort), valueOf(b, sort), sign));
  }
  const line = (entry: RunEntry): Line => ({
    kind: 'run',
    id: entry.run.id,
    name: String(entry.values.name),
    values: columns.map((column) => valueOf(entry, column) ?? null),
    secondsLeft: entry.values.status === 'running' ? entry.run.secondsLeft : null,
  });
  const { group } = request;
  if (!group) return { columns, lines: found.map(line), runs: found.length };
  const groups = new Map<string, RunEntry[]>();
  for (const entry of found) {
    const title = textOf(valueOf(entry, group));
    if (!groups.has(title)) groups.set(title, []);
    groups.get(title)!.push(entry);
  }
  const lines = [...groups].flatMap(([title, members]): Line[] => [
    { kind: 'group', title: `${group} = ${title}`, count: members.length },
    ...members.map(line),
  ]);
  return { columns, lines, runs: found.length };
}

export const columnsOf = ({ columns }: RunsRequest): string[] =>
  columns === undefined
    ? DEFAULT_COLUMNS
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
