import type { RunEntry } from './fields.ts';
import type { Value } from './values.ts';

/** Runs without groups. */
export const FLAT = 'nothing';

/** The state of the runs view, as its URL has it. */
export interface RunsRequest {
  readonly filter?: string;
  /** A column, with `-` before it for descending. */
  readonly sort?: string;
  /** A column, or {@link FLAT}; experiments and their variants where undefined. */
  readonly group?: string;
  /** Branches of the tree that a person has opened and closed, by their keys, separated by commas. */
  readonly open?: string;
  readonly closed?: string;
  /** Column names separated by commas. */
  readonly columns?: string;
  /** `1`: runs whose results were there already, and archived ones, too. */
  readonly cached?: string;
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
      /** How many groups it is in. */
      readonly depth: number;
    }
  | {
      readonly kind: 'group';
      readonly title: string;
      readonly count: number;
      readonly depth: number;
      /** Of a branch that can be closed. */
      readonly branch?: { readonly key: string; readonly isOpen: boolean; readonly running: number };
    };

/** What stages of several variants, or of none, stand under. */
const SHARED = 'shared by variants';

/**
 * Runs as a tree: under each experiment its own runs, then its variants, and under each variant its stages, in the order of `found`. The first
 * experiment is open, and where something was looked for all are, but for what a person has opened or closed.
 */
export function treeOf(
  found: readonly RunEntry[],
  { filter = '', open = '', closed = '' }: RunsRequest,
  line: (depth: number) => (entry: RunEntry) => Line,
): Line[] {
  const [opened, shut] = [open, closed].map((keys) => new Set(keys.split(',')));
  const branch = (
    key: string,
    byDefault: boolean,
    title: string,
    members: readonly RunEntry[],
    depth: number,
  ) => {
    const isOpen = shut.has(key) ? false : byDefault || opened.has(key);
    const running = members.filter(({ values }) => values.status === 'running').length;
    const head: Line = {
      kind: 'group',
      title,
      count: members.length,
      depth,
      branch: { key, isOpen, running },
    };
    return { head, isOpen };
  };
  const experiments = groupedBy(found, ({ run }) => run.experimentId);
  return [...experiments].flatMap(([id, members], place) => {
    const isFirst = place === 0 || filter !== '';
    const name = String(members[0].values.experiment);
    const { head, isOpen } = branch(String(id), isFirst, name, members, 0);
    if (!isOpen) return [head];
    const own = members.filter(({ run }) => run.parentId === null);
    const stages = groupedBy(
      members.filter(({ run }) => run.parentId !== null),
      ({ run }) => run.variant ?? '',
    );
    const variants = [...stages].flatMap(([variant, ofIt]) => {
      const { head, isOpen } = branch(`${id}/${variant}`, true, variant === '' ? SHARED : variant, ofIt, 1);
      return isOpen ? [head, ...ofIt.map(line(2))] : [head];
    });
    return [head, ...own.map(line(1)), ...variants];
  });
}

/** Entries by what `key` gives, in the order in which each is met first. */
export function groupedBy<T, K>(entries: readonly T[], key: (entry: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const entry of entries) {
    const known = groups.get(key(entry));
    if (known === undefined) groups.set(key(entry), [entry]);
    else known.push(entry);
  }
  return groups;
}
