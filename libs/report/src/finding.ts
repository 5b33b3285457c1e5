import { isBound, type Comparison } from './comparison.ts';
import { isSignificant } from './formats/texts.ts';
import { EQUIVALENCE_MARGIN } from './power.ts';
import type { Interval } from './statistics.ts';
import { differingFields, flatten } from './sweep.ts';
import type { ResultTable, TableRow } from './tabulate.ts';

/** Rows that lack one part of the method, by what they lack: what removing it takes away is what the part gives. */
const PARTS: Readonly<Record<string, string>> = {
  'no-id-loss': 'the ID loss',
  'no-reversed-likelihood': 'the score',
};
/** Of rows that lack no named part, so many are told. */
const MAX_OTHERS = 2;

const oneDecimal = (share: number): string => Math.abs(100 * share).toFixed(1);
const signed = (share: number): string => `${share < 0 ? '−' : '+'}${oneDecimal(share)}`;
const within = ({ mean, halfWidth }: Interval): string =>
  halfWidth === undefined ? oneDecimal(mean) : `${oneDecimal(mean)} ± ${oneDecimal(halfWidth)}`;
const MARGIN = String(100 * EQUIVALENCE_MARGIN);

/** {@link findings} in one sentence; undefined where nothing is measured. */
export function mainFinding(table: ResultTable): string | undefined {
  const clauses = findings(table);
  return clauses.length === 0 ? undefined : clauses.join('; ');
}

/**
 * What a table found, clause by clause, in points of the primary column: how far the method is from what bounds it, then which rows
 * differ from it. A row is said to matter where its difference is told from chance after Holm's correction, to have no effect
 * larger than half a point only by the equivalence test, and else to be undecided. None where nothing is measured.
 */
export function findings(table: ResultTable): string[] {
  const { endpoints, rows, baseline } = table;
  if (endpoints.length === 0) return [];
  const [{ column }] = endpoints;
  const measured = rows.filter(({ results }) => results[column] !== undefined);
  const base =
    measured.find((row) => row === baseline) ?? measured.find(({ results }) => results[column].best);
  if (base === undefined) return [];
  const name = namerOf(measured);
  const compared = measured.flatMap((row) => {
    const comparison = row.results[column].versusBaseline;
    return comparison === undefined ? [] : [{ row, comparison }];
  });
  const bounds = compared.filter(({ row }) => isBound(row.name));
  const others = compared.filter(({ row }) => !isBound(row.name));
  const parts = others.filter(({ row }) => row.name in PARTS);
  const clauses = [
    ...bounds.flatMap(({ row, comparison }) => boundClause(row.name, name(base), comparison)),
    ...parts.map(({ row, comparison }) => partClause(row, comparison, table)),
    ...rowClauses(
      others
        .filter((one) => !parts.includes(one))
        .map(({ row, comparison }) => ({ name: name(row), comparison })),
    ),
  ];
  const level = `${name(base)} gives ${within(base.results[column].accuracy)} % on ${column}`;
  const [first, ...more] = bounds.length > 0 && clauses.length > 0 ? clauses : [level, ...clauses];
  return [first === level ? level : `${first} on ${column}`, ...more];
}

/** The distance to the ceiling; of the floor, only that nothing is above it. */
function boundClause(bound: string, method: string, { difference }: Comparison): string[] {
  const { mean, halfWidth } = difference;
  const isTold = halfWidth !== undefined && Math.abs(mean) > halfWidth;
  if (bound === 'floor') return isTold && mean < 0 ? [] : [`${method} cannot be told from the floor`];
  if (!isTold) return [`${method} cannot be told from the ${bound} (${signed(-mean)})`];
  return [`${method} ${within(difference)} points ${mean > 0 ? 'below' : 'above'} the ${bound}`];
}

/** What a part gives, and where most, among columns in which its row is told from chance too. */
function partClause(row: TableRow, comparison: Comparison, { columns }: ResultTable): string {
  const part = PARTS[row.name];
  const gain = -comparison.difference.mean;
  if (comparison.equivalent) return `${part}: no effect larger than ${MARGIN}`;
  if (!isSignificant(comparison)) return `${part}: undecided, ${signed(gain)} ± ${halfOf(comparison)}`;
  if (gain < 0) return `${part} harms, ${signed(gain)}`;
  const most = columns
    .flatMap((column) => {
      const other = row.results[column]?.versusBaseline;
      return other !== undefined && isSignificant(other) ? [{ column, gain: -other.difference.mean }] : [];
    })
    .reduce((best, one) => (one.gain > best.gain ? one : best), { column: '', gain });
  return `${part} matters, ${signed(gain)}${most.column === '' ? '' : ` (${signed(most.gain)} on ${most.column})`}`;
}

/** Other rows, those that are told from chance first, of these the largest differences. */
function rowClauses(rows: readonly { name: string; comparison: Comparison }[]): string[] {
  const size = ({ comparison }: { comparison: Comparison }) => Math.abs(comparison.difference.mean);
  const rank = ({ comparison }: { comparison: Comparison }) =>
    comparison.equivalent ? 1 : isSignificant(comparison) ? 2 : 0;
  const sorted = [...rows].sort((a, b) => rank(b) - rank(a) || size(b) - size(a));
  const told = sorted.slice(0, MAX_OTHERS).map(({ name, comparison }) => {
    if (comparison.equivalent) return `${name}: no effect larger than ${MARGIN}`;
    const difference = signed(comparison.difference.mean);
    return isSignificant(comparison)
      ? `${name} ${difference}`
      : `${name} undecided, ${difference} ± ${halfOf(comparison)}`;
  });
  const more = sorted.length - told.length;
  return more > 0 ? [...told, `${more} more row${more === 1 ? '' : 's'}`] : told;
}

const halfOf = ({ difference: { halfWidth } }: Comparison): string =>
  halfWidth === undefined ? '?' : oneDecimal(halfWidth);

/** What a row is called: by its value where the rows of a sweep differ in one field, else by its title. */
function namerOf(rows: readonly TableRow[]): (row: TableRow) => string {
  const [field, ...more] = differingFields(rows.filter(({ name }) => !isBound(name)));
  if (field === undefined || more.length > 0 || !rows.some(({ title }) => title.includes(field)))
    return ({ title }) => (title.includes(':') ? `“${title}”` : title);
  return ({ config }) => `${field.split('.').at(-1)} = ${String(flatten(config)[field])}`;
}
